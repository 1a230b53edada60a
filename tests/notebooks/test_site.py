"""The site: every page is whole with the network cut, on every width, in both dresses; every link leads somewhere."""

import re
from html.parser import HTMLParser
from types import ModuleType, SimpleNamespace
from urllib.parse import unquote, urljoin, urlsplit

import pytest

pytest.importorskip("nbclient")
pytest.importorskip("sklearn")
pytest.importorskip("latex2mathml")

from click.testing import CliRunner

import nn
from course import main
from tools import npm
from tools.files import notebooks
from tools.site.reference import PAGES, places, public_names

#: Where also code and players are judged, which look the same everywhere, and take most of the time.
WHOLE = ("index.html", "guides/explain-an-expression.html", "guides/coming-from-micrograd-and-microgpt.html")
#: The modules that `import nn` brings along.
MODULES_OF_NN = [name for name in nn.__all__ if isinstance(getattr(nn, name), ModuleType)]

pytestmark = [pytest.mark.browser]

MOST_BYTES_OF_A_PAGE = 1_000_000
#: What a page can have that loads something by itself.
LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "object": "data"}
#: Pages that the options of a build leave out, or that have tests of their own.
PLAYGROUNDS = ("playground/index.html", "training/index.html")


class Parts(HTMLParser):
    """The links, the anchors, and what is loaded by a page."""

    def __init__(self, html):
        super().__init__()
        self.links, self.anchors, self.loaded = [], set(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        has = dict(attrs)
        self.anchors |= {has[name] for name in ("id", "name") if has.get(name)}
        if tag == "a" and has.get("href"):
            self.links.append(has["href"])
        if has.get(LOADING.get(tag)):
            self.loaded.append(has[LOADING[tag]])
        if tag == "link" and has.get("rel") not in ("index", "search", "next", "prev", "canonical", "author"):
            self.loaded.append(has["href"])


@pytest.fixture(scope="module")
def parts(site_folder):
    """Of each page, by its address, its parts."""
    paths = sorted(site_folder.rglob("*.html"))
    return {path.relative_to(site_folder).as_posix(): Parts(path.read_text(encoding="utf-8")) for path in paths}


def test_every_link_leads_somewhere(parts, site_folder):
    astray = []
    for page, its in parts.items():
        for link in its.links:
            target = urlsplit(urljoin(page, link))
            if target.scheme:
                if target.scheme != "mailto" and not (target.scheme == "https" and "." in target.netloc):
                    astray.append(f"{page}: {link} is no address")
                continue
            path = unquote(target.path) or page
            if path in PLAYGROUNDS:
                continue
            if not (site_folder / path).is_file():
                astray.append(f"{page}: there is no {path}")
            elif target.fragment and path in parts and unquote(target.fragment) not in parts[path].anchors:
                astray.append(f"{page}: {path} has no #{target.fragment}")
    assert astray == []


def test_nothing_is_loaded_from_elsewhere_and_all_is_there(parts, site_folder):
    elsewhere = []
    for page, its in parts.items():
        for address in its.loaded:
            target = urlsplit(urljoin(page, address))
            if target.scheme not in ("", "data") or (not target.scheme and not (site_folder / target.path).is_file()):
                elsewhere.append(f"{page}: {address}")
    for sheet in site_folder.rglob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.S)
        elsewhere += [
            f"{sheet.name}: {found}" for found in re.findall(r"url\(['\"]?(?:https?:)?//[^)]*|@import.*", text)
        ]
    assert elsewhere == []


def test_a_page_of_the_course_is_light(site_folder):
    for path in notebooks():
        page = site_folder / "course" / f"{path.stem}.html"
        pictures = {site_folder / "course" / link for link in Parts(page.read_text(encoding="utf-8")).loaded}
        own = [file.resolve() for file in pictures if "_images" in file.parts]
        assert sum(file.stat().st_size for file in [page, *own]) <= MOST_BYTES_OF_A_PAGE, path.stem


def test_the_course_is_led_through(parts):
    course = [f"course/{path.stem}.html" for path in notebooks()]
    assert {link.removeprefix("course/") for link in course} <= set(parts["course/index.html"].links)
    for page, following in zip(course, course[1:]):
        assert following.removeprefix("course/") in parts[page].links


def test_every_page_is_whole_without_a_network(site_folder, chromium):
    """One tab goes through all pages: what each logs, loads and measures is collected."""
    troubles = []
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    here = [""]
    tab.on("pageerror", lambda error: troubles.append(f"{here[0]}: {error}"))
    tab.on("console", lambda message: message.type == "error" and troubles.append(f"{here[0]}: {message.text}"))
    tab.on("requestfailed", lambda request: troubles.append(f"{here[0]}: failed {request.url}"))
    tab.on("request", lambda request: request.url.startswith("http") and troubles.append(f"{here[0]}: {request.url}"))
    background = "getComputedStyle(document.body).backgroundColor"
    for path in sorted(site_folder.rglob("*.html")):
        here[0] = path.relative_to(site_folder).as_posix()
        if here[0] in PLAYGROUNDS:
            continue
        tab.emulate_media(color_scheme="light")
        tab.goto(path.as_uri())
        tab.wait_for_function(STARTED)
        tab.evaluate("document.querySelectorAll('details').forEach((folded) => (folded.open = true))")
        light = tab.evaluate(background)
        if not all(tab.evaluate("[...document.images].map(i => !i.complete || i.loading == 'lazy' || i.naturalWidth)")):
            troubles.append(f"{here[0]}: a picture is missing")
        for player in tab.locator(".cg-player:has(.cg-controls input[type=range])").all():
            place = player.locator(".cg-controls input[type=range]")
            begin = int(place.input_value())
            player.get_by_role("button", name="Next step").click()
            if int(place.input_value()) != begin + 1:
                troubles.append(f"{here[0]}: the stepper stands still")
        tab.emulate_media(color_scheme="dark")
        if tab.evaluate(background) == light:
            troubles.append(f"{here[0]}: is not dark in the dark")
        tab.set_viewport_size({"width": 360, "height": 800})
        if (width := tab.evaluate("document.documentElement.scrollWidth")) > 360:
            troubles.append(f"{here[0]}: is {width} wide on a screen of 360")
        tab.set_viewport_size({"width": 1280, "height": 900})
    context.close()
    assert troubles == []


#: Whether every player of a page has begun: its scripts are unpacked after the page has been loaded.
STARTED = "[...document.querySelectorAll('[data-chalkgrad]')].every((root) => 'started' in root.dataset)"


@pytest.fixture(scope="module")
def serious_faults(site_folder, chromium):
    """A function that gives what axe-core finds serious on pages."""
    try:
        axe = (npm.folder_of(npm.AXE) / "axe.min.js").read_text(encoding="utf-8")
    except npm.NpmError as error:
        pytest.skip(str(error))

    def judged(pages, dress, **options):
        context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 900}, color_scheme=dress)
        tab = context.new_page()
        found = []
        for page in pages:
            tab.goto((site_folder / page).as_uri())
            tab.wait_for_function(STARTED)
            tab.evaluate(axe)
            left_out = [] if page in WHOLE else [".highlight", ".cg-player"]
            asked = {"resultTypes": ["violations"], **options}
            told = tab.evaluate("([out, asked]) => axe.run({exclude: out}, asked)", [left_out, asked])
            found += [
                f"{page}: {fault['id']}: {fault['nodes'][0]['html']}"
                for fault in told["violations"]
                if fault["impact"] in ("serious", "critical")
            ]
        context.close()
        return found

    return judged


def test_axe_finds_no_serious_fault(parts, serious_faults):
    assert serious_faults([page for page in parts if page not in PLAYGROUNDS], "light") == []


def test_what_is_read_in_the_dark_can_be_read(serious_faults):
    pages = [
        *WHOLE,
        "guides/figures.html",
        "reference/functions.html",
        "search.html",
        f"course/{notebooks()[5].stem}.html",
    ]
    assert serious_faults(pages, "dark", runOnly=["color-contrast"]) == []


def test_the_start_page_is_live_in_its_first_screen(site_folder, chromium):
    tab = chromium.new_page(viewport={"width": 1280, "height": 900}, offline=True)
    tab.goto((site_folder / "index.html").as_uri())
    tab.wait_for_function(STARTED)
    player = tab.locator(".cg-player").first
    assert player.bounding_box()["y"] < 400
    player.get_by_role("button", name="Last step").click()
    shown = player.get_by_text("−1.2", exact=True)
    assert shown.count() > 0
    player.get_by_role("textbox", name="w").fill("0.75")
    player.get_by_role("textbox", name="w").press("Enter")
    player.get_by_text("0.75", exact=True).first.wait_for()
    assert shown.count() == 0
    tab.close()


def test_the_switch_of_the_page_dresses_the_stepper(site_folder, chromium):
    tab = chromium.new_page(color_scheme="light", offline=True)
    tab.goto((site_folder / "index.html").as_uri())
    tab.wait_for_function(STARTED)
    colour = "getComputedStyle(document.querySelector('.chalkgrad')).backgroundColor"
    light = tab.evaluate(colour)
    tab.evaluate("document.body.dataset.theme = 'dark'")
    assert tab.evaluate(colour) != light
    tab.close()


def test_words_are_found_also_in_a_page_that_is_a_file(site_folder, chromium):
    tab = chromium.new_page(offline=True)
    tab.goto((site_folder / "search.html").as_uri() + "?q=softmax")
    tab.locator("#search-results li a", has_text="5. Activation functions").first.wait_for()
    tab.close()


def test_the_reference_has_every_public_name(parts):
    described = {anchor for page, its in parts.items() if page.startswith("reference/") for anchor in its.anchors}
    where = places()
    doors = {door for page in PAGES for door, _ in page.doors}
    assert {f"{door}.{name}" for door in doors for name in public_names(door)} <= set(where)
    assert {full for _, full in where.values()} <= described | {name.removeprefix("module-") for name in described}
    assert {"autograd", "nn"} <= doors and {nn.__name__ + "." + name for name in MODULES_OF_NN} <= doors


def test_the_reference_sets_formulas_and_links_types(site_folder):
    page = (site_folder / "reference/functions.html").read_text(encoding="utf-8")
    tanh = page[page.index('id="autograd.tanh"') : page.index('id="autograd.erf"')]
    assert "<math" in tanh and "<mfrac>" in tanh
    page = (site_folder / "reference/losses.html").read_text(encoding="utf-8")
    assert 'href="values.html#autograd.Value"' in page


def test_a_notebook_can_be_had_as_a_file(parts, site_folder):
    path = notebooks()[0]
    (link,) = (link for link in parts[f"course/{path.stem}.html"].links if link.endswith(".ipynb"))
    assert (site_folder / "course" / link).read_bytes() == path.read_bytes()


def test_a_fault_of_a_page_is_said(tmp_path, monkeypatch):
    from tools import site

    def spoiled(into, playgrounds):
        into.mkdir()
        (into / "index.md").write_text("# Changelog\n\n[nowhere](nowhere.md)\n")

    monkeypatch.setattr(site, "gather", spoiled)
    with pytest.raises(site.SiteError, match="index.md:3"):
        site.build(tmp_path, playgrounds=False)


def test_what_is_not_installed_is_said(tmp_path, monkeypatch):
    from tools import site

    monkeypatch.setattr(site, "find_spec", lambda name: None)
    result = CliRunner().invoke(main, ["site", "--out", str(tmp_path / "out")])
    assert result.exit_code == 1 and "pip install -e '.[site]'" in result.output


def test_playgrounds_are_led_to_and_their_packages_may_be_out_of_reach(tmp_path, monkeypatch):
    """With stand-ins for the two that are built."""
    from tools import site
    from tools.site import sources

    def unreachable(out):
        raise npm.NpmError("thing 1.0 cannot be had")

    monkeypatch.setattr(site, "find_spec", lambda name: True)
    monkeypatch.setattr(site, "import_module", lambda name: SimpleNamespace(build=unreachable))
    cards = tmp_path / "cards"
    sources.gather(cards, sources.PLAYGROUNDS)
    text = (cards / "index.md").read_text(encoding="utf-8")
    assert '<a href="playground/index.html">' in text and '<a href="training/index.html">' in text
    monkeypatch.setattr(site, "gather", lambda into, playgrounds: bare(into))
    result = CliRunner().invoke(main, ["site", "--out", str(tmp_path / "out")])
    assert result.exit_code == 1 and "thing 1.0 cannot be had\nWithout playgrounds:" in result.output
    page = (tmp_path / "out/index.html").read_text(encoding="utf-8")
    assert 'href="playground/index.html"' in page and 'href="training/index.html"' in page


def bare(into):
    into.mkdir()
    (into / "index.md").write_text("# A page\n", encoding="utf-8")
