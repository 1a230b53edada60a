"""What tests of the course and of the site share: the site, built once."""

import pytest


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory):
    """The folder of a site without playgrounds."""
    for package in ("sphinx", "furo", "myst_nb", "latex2mathml"):
        pytest.importorskip(package)
    from tools.site import build

    return build(tmp_path_factory.mktemp("site"), playgrounds=False).parent
