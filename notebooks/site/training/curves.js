/* The losses over the epochs: of the training samples a full line, of the test's a dashed one. */

const MARGIN = { left: 44, right: 8, top: 8, bottom: 20 };

function drawCurves(canvas, { epochs, train, test }, colours) {
  const { context, width, height } = sharp(canvas);
  const last = Math.max(1, epochs[epochs.length - 1] ?? 1);
  const most = Math.max(0, ...[...train, ...test].filter(Number.isFinite)) || 1;
  const x = (epoch) => MARGIN.left + (epoch / last) * (width - MARGIN.left - MARGIN.right);
  const y = (loss) => height - MARGIN.bottom - (loss / most) * (height - MARGIN.top - MARGIN.bottom);
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = colours.muted;
  context.strokeStyle = colours.border;
  context.lineWidth = 1;
  for (const share of [0, 0.5, 1]) {
    const level = Math.round(y(share * most)) + 0.5;
    context.beginPath();
    context.moveTo(MARGIN.left, level);
    context.lineTo(width - MARGIN.right, level);
    context.stroke();
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.fillText(String(Number((share * most).toPrecision(2))), MARGIN.left - 6, level);
  }
  context.textBaseline = "alphabetic";
  context.fillText(`epoch ${last.toLocaleString("en")}`, width - MARGIN.right, height - 4);
  context.textAlign = "left";
  context.fillText("0", MARGIN.left, height - 4);
  for (const [losses, dashes, width] of [[test, [5, 4], 1.8], [train, [], 1.8]]) {
    context.strokeStyle = colours.ink;
    context.globalAlpha = dashes.length ? 0.75 : 1;
    context.lineWidth = width;
    context.lineJoin = "round";
    context.setLineDash(dashes);
    context.beginPath();
    let open = false;
    epochs.forEach((epoch, place) => {
      if (!Number.isFinite(losses[place])) return (open = false);
      context[open ? "lineTo" : "moveTo"](x(epoch), y(losses[place]));
      open = true;
    });
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}
