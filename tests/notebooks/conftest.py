"""What tests of the course and of the site share: the site, built once."""

import pytest


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory):
    """The folder of a site without playgrounds."""
    for package in ("sphinx", "furo", "myst_nb", "latex2mathml"):
        pytest.importorskip(package)
    from tools.site import build

    return build(tmp_path_factory.mktemp("site"), playgrounds=False).parent


@pytest.fixture(scope="session")
def playground_folder(tmp_path_factory):
    """A site that is nothing but the playground."""
    pytest.importorskip("nbformat")
    from tools.npm import NpmError
    from tools.playground import build

    try:
        return build(tmp_path_factory.mktemp("site")).parent.parent
    except NpmError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def training_folder(tmp_path_factory):
    """A site that is nothing but the training playground."""
    pytest.importorskip("nbformat")
    from tools.npm import NpmError
    from tools.training_playground import build

    try:
        return build(tmp_path_factory.mktemp("site")).parent.parent
    except NpmError as error:
        pytest.skip(str(error))
