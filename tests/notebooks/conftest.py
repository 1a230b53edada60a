"""What tests of the course and of the site share: the site, built once."""

from importlib import import_module

import pytest


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory):
    """The folder of a site with the first playground alone, or with none where its packages cannot be had."""
    for package in ("sphinx", "furo", "myst_nb", "latex2mathml"):
        pytest.importorskip(package)
    from tools import site
    from tools.npm import NpmError

    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site, "PLAYGROUNDS", site.PLAYGROUNDS[:1])
        try:
            return site.build(folder).parent
        except NpmError:
            return site.build(folder, playgrounds=False).parent


@pytest.fixture(scope="session")
def playground_folder(tmp_path_factory):
    """A site that is nothing but the playground."""
    return page_alone("playground", tmp_path_factory)


@pytest.fixture(scope="session")
def training_folder(tmp_path_factory):
    """A site that is nothing but the training playground."""
    return page_alone("training_playground", tmp_path_factory)


def page_alone(tool, tmp_path_factory):
    """The folder of a site that is nothing but the page which that tool builds."""
    pytest.importorskip("nbformat")
    from tools.npm import NpmError

    try:
        return import_module(f"tools.{tool}").build(tmp_path_factory.mktemp("site")).parent.parent
    except NpmError as error:
        pytest.skip(str(error))
