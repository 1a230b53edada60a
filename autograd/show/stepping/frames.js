// ── Frames: one picture a step ─────────────────────────────────────────────────────────────────────────────

function frames(root, data) {
  const still = root.querySelector(".cg-still");
  const pictures = data.frames.map(({ src, caption }) => element("img", { src, alt: caption, hidden: "" }));
  const say = element("p", { class: "cg-say", "aria-live": "polite" });
  let shown = 0;
  const timeline = new Timeline(({ at }) => {
    pictures[shown].hidden = true;
    pictures[at].hidden = false;
    shown = at;
    say.textContent = data.frames[at].caption;
    controls.show(data.frames[at].caption);
  });
  const controls = new Controls(timeline);
  still.hidden = true;
  root.append(element("section", { class: "cg-player cg-frames", "aria-label": data.title },
    element("div", { class: "cg-figure" }, ...pictures), say, controls.element));
  listenToKeys(root, timeline);
  timeline.length = pictures.length;
  timeline.go(0);
  return timeline;
}
