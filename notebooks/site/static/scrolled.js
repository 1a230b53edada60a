// What is wider than the page is scrolled; whoever has no mouse gets there by Tab, and by the arrows.
(() => {
  const wide = document.querySelectorAll("article pre, .table-wrapper, .formula, .picture, .cg-still");
  const reach = () => {
    for (const part of wide) {
      if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
      else part.removeAttribute("tabindex");
    }
  };
  addEventListener("resize", reach);
  reach();
})();
