"""How Sphinx makes the pages; `tools.site` gives it the sources."""

import autograd

project = "chalkgrad"
author = "The chalkgrad authors"
copyright = "The chalkgrad authors, MIT licence"  # Sphinx's name
version = release = autograd.__version__

extensions = ["myst_nb", "tools.site.extension"]
nb_execution_mode = "off"  # notebooks are shown as they are stored
exclude_patterns = ["course/stored"]  # to be downloaded
nb_merge_streams = True
nb_code_prompt_show, nb_code_prompt_hide = "Show the {type}", "Hide the {type}"
nb_ipywidgets_js = {}  # which would come from other hosts
myst_enable_extensions = ["amsmath", "attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
myst_links_external_new_tab = False
html_math_renderer = "mathml"
smartquotes = False

html_theme = "furo"
html_title = "chalkgrad"
html_static_path = ["static"]
templates_path = ["templates"]
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/playgrounds.html",
        "sidebar/scroll-end.html",
    ]
}
html_css_files = ["site.css"]
html_js_files = [("scrolled.js", {"defer": "defer"})]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_search_summary = False  # which a page opened as a file could not fetch
html_scaled_image_link = False
pygments_style = "tools.site.code_colours.Light"
pygments_dark_style = "tools.site.code_colours.Dark"
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0b63b0",
        "color-brand-content": "#0b63b0",
        "color-brand-visited": "#6a3f8f",
        "color-background-primary": "#fdfdfb",
        "color-background-secondary": "#f5f5f1",
        "color-background-border": "#dcdcd6",
        "color-foreground-primary": "#1b1e22",
        "color-foreground-secondary": "#5c6268",
        "color-foreground-muted": "#646a70",
        "color-api-name": "#0b63b0",
        "color-api-pre-name": "#5c6268",
    },
    "dark_css_variables": {
        "color-brand-primary": "#6bb3f2",
        "color-brand-content": "#6bb3f2",
        "color-brand-visited": "#b9a0dc",
        "color-background-primary": "#15181c",
        "color-background-secondary": "#1d2126",
        "color-background-border": "#343a41",
        "color-foreground-primary": "#e9e7e1",
        "color-foreground-secondary": "#a9b0b7",
        "color-foreground-muted": "#9aa1a8",
        "color-api-name": "#6bb3f2",
        "color-api-pre-name": "#a9b0b7",
    },
}
python_display_short_literal_types = True
maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"
suppress_warnings = ["myst.header"]  # the changelog begins its lists under headings of the third level
