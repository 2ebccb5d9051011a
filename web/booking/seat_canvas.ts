// The hall as a picture on which one chooses: drawn by hand, for a page of 50,000 elements is slow.
// Everything here can also be done in the list beside it.

import {available, held, type Block, type SeatMap} from '../core/seats';

/** Cells of less than this many pixels are too small to be meant; a tap makes them larger first. */
const finePx = 11;
const fingerPx = 24;
const cellMaxPx = 44;
const padding = 10;
// Space above a section for its name, and for the stage, in cells and at least in pixels.
const aisleCells = 3;
const columnsMax = 5;
const naturalPx = 30;
const namePx = 100;
const gapCells = 2.6;
const gapPx = 26;
const stageCells = 2.4;
const stagePx = 24;

type Placed = {
  block: Block; left: number; top: number
};

export type HallView = {
  element: HTMLCanvasElement; draw(): void; zoom(factor: number): void; whole(): void;
};

export type HallRules = {
  map: SeatMap; isChosen(index: number): boolean;
  /** Whether a filter leaves it out. */
  isDim(block: Block): boolean;
  toggle(index: number): void;
  labelOf(block: Block): string;
  stage(): string;
  hover(index: number): void;
};

export function hallView(rules: HallRules): HallView {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d')!;
  const {map} = rules;

  // In cells: one seat is one by one.
  let placed: Placed[] = [];
  let stageHeight = stageCells;
  let width = 0;
  let height = 0;
  // So many sections beside each other; `cellPx` is about the size of a seat.
  const place = (columns: number, cellPx: number): void => {
    placed = [];
    const lines: Block[][] = [];
    for (let i = 0; i < map.blocks.length; i += columns)
      lines.push(map.blocks.slice(i, i + columns));
    const wide = (line: Block[]): number =>
      line.reduce((sum, one) => sum + one.seatsPerRow, aisleCells * (line.length - 1));
    width = Math.max(...lines.map(wide), 8);
    height = stageHeight = Math.max(stageCells, stagePx / cellPx);
    for (const line of lines) {
      height += Math.max(gapCells, gapPx / cellPx);
      let left = (width - wide(line)) / 2;
      for (const block of line) {
        placed.push({block, left, top: height});
        left += block.seatsPerRow + aisleCells;
      }
      height += Math.max(...line.map((one) => one.rows));
    }
  };
  // The size of a seat at which all is seen.
  const fit = (wide: number, high: number): number =>
    Math.min((wide - 2 * padding) / width, (high - 2 * padding) / height, naturalPx);

  let cell = 1;
  let originX = 0;
  let originY = 0;
  let least = 1;
  let isWhole = true;

  const pixels = (): {wide: number; high: number} =>
    ({wide: canvas.clientWidth, high: canvas.clientHeight});

  function resize(): void {
    const wide = canvas.clientWidth;
    if (wide === 0) return;
    const room = Math.max(220, innerHeight * 0.62);
    const narrowest = Math.min(...map.blocks.map((one) => one.seatsPerRow));
    let best = {columns: 1, size: 0};
    for (let columns = 1; columns <= Math.min(columnsMax, map.blocks.length); ++columns) {
      place(columns, naturalPx);
      place(columns, fit(wide, room));
      const size = fit(wide, room);
      // One above the other, unless more beside each other are clearly larger, with room for names.
      if (columns > 1 && narrowest * size < namePx) break;
      if (size > best.size * 1.25) best = {columns, size};
    }
    place(best.columns, best.size);
    const high = Math.round(Math.min(Math.max(best.size * height + 2 * padding, 220), room));
    canvas.style.height = `${high}px`;
    least = fit(wide, high);
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(wide * ratio);
    canvas.height = Math.round(high * ratio);
    if (isWhole || cell < least) whole();
    keepInside();
    draw();
  }

  function whole(): void {
    const {wide, high} = pixels();
    cell = least;
    isWhole = true;
    originX = (wide - cell * width) / 2;
    originY = (high - cell * height) / 2;
    draw();
  }

  function keepInside(): void {
    const {wide, high} = pixels();
    const bound = (origin: number, size: number, room: number): number =>
      size + 2 * padding <= room ? (room - size) / 2 :
                                   Math.min(padding, Math.max(room - size - padding, origin));
    originX = bound(originX, cell * width, wide);
    originY = bound(originY, cell * height, high);
  }

  function zoomAt(factor: number, x: number, y: number): void {
    const next = Math.min(Math.max(cell * factor, least), Math.max(cellMaxPx, least));
    originX = x - (x - originX) * next / cell;
    originY = y - (y - originY) * next / cell;
    cell = next;
    isWhole = cell === least;
    keepInside();
    draw();
  }

  function seatAt(x: number, y: number): number {
    const column = (x - originX) / cell;
    const line = (y - originY) / cell;
    for (const {block, left, top} of placed) {
      const row = Math.floor(line - top);
      const number = Math.floor(column - left);
      if (row >= 0 && row < block.rows && number >= 0 && number < block.seatsPerRow)
        return block.first + row * block.seatsPerRow + number;
    }
    return -1;
  }

  let asked = false;
  function draw(): void {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      paint();
    });
  }

  function paint(): void {
    const {wide, high} = pixels();
    if (wide === 0) return;
    const style = getComputedStyle(canvas);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const inks = {
      free: colour('--seat-free'),
      freeLine: colour('--accent'),
      held: colour('--seat-held'),
      sold: colour('--seat-sold'),
      chosen: colour('--accent'),
      onChosen: colour('--on-accent'),
      text: colour('--text'),
      quiet: colour('--quiet'),
      stage: colour('--raised'),
    };
    context.setTransform(devicePixelRatio || 1, 0, 0, devicePixelRatio || 1, 0, 0);
    context.clearRect(0, 0, wide, high);
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    const font = (px: number, weight = 500): string => `${weight} ${px}px ${style.fontFamily}`;

    const stageWidth = Math.min(width * 0.7, width) * cell;
    const stageX = originX + (width * cell - stageWidth) / 2;
    context.fillStyle = inks.stage;
    context.beginPath();
    context.roundRect(stageX, originY, stageWidth, Math.max(stageHeight * cell * 0.75, 14), 6);
    context.fill();
    context.fillStyle = inks.quiet;
    context.font = font(Math.min(13, Math.max(10, cell)));
    context.fillText(
      rules.stage(), stageX + stageWidth / 2, originY + Math.max(stageHeight * cell * 0.375, 7));

    for (const {block, left, top} of placed) {
      const dim = rules.isDim(block);
      context.globalAlpha = dim ? 0.28 : 1;
      context.fillStyle = inks.text;
      context.font = font(Math.min(14, Math.max(11, cell * 0.8)), 600);
      const middle =
        Math.min(Math.max(originX + (left + block.seatsPerRow / 2) * cell, 90), wide - 90);
      context.fillText(
        rules.labelOf(block), middle, originY + top * cell - Math.max(cell * 0.9, 9));
      paintSeats(block, left, top, inks, wide, high, font);
    }
    context.globalAlpha = 1;
  }

  function paintSeats(block: Block, left: number, top: number, inks: Record<string, string>,
    wide: number, high: number, font: (px: number, weight?: number) => string): void {
    const gap = cell >= 6 ? Math.max(1, cell * 0.09) : cell * 0.12;
    const size = cell - 2 * gap;
    const radius = Math.min(size * 0.28, 7);
    const firstRow = Math.max(0, Math.floor(-originY / cell - top));
    const lastRow = Math.min(block.rows, Math.ceil((high - originY) / cell - top));
    const firstNumber = Math.max(0, Math.floor(-originX / cell - left));
    const lastNumber = Math.min(block.seatsPerRow, Math.ceil((wide - originX) / cell - left));
    // One path for each look: a fill for each seat would take ten times as long.
    const paths =
      {free: new Path2D(), held: new Path2D(), sold: new Path2D(), chosen: new Path2D()};
    const strokes = new Path2D();
    const chosen: [number, number, number][] = [];
    for (let row = firstRow; row < lastRow; ++row) {
      for (let number = firstNumber; number < lastNumber; ++number) {
        const index = block.first + row * block.seatsPerRow + number;
        const x = originX + (left + number) * cell + gap;
        const y = originY + (top + row) * cell + gap;
        const state = map.states[index];
        if (rules.isChosen(index)) {
          rounded(paths.chosen, x, y, size, radius);
          chosen.push([x, y, index]);
        } else if (state === available) {
          rounded(paths.free, x, y, size, radius);
        } else if (state === held) {
          rounded(paths.held, x, y, size, radius);
          strokes.moveTo(x + size * 0.2, y + size * 0.8);
          strokes.lineTo(x + size * 0.8, y + size * 0.2);
        } else {
          const dot = Math.max(size * 0.32, 0.8);
          rounded(paths.sold, x + (size - dot) / 2, y + (size - dot) / 2, dot, dot / 2);
        }
      }
    }
    context.fillStyle = inks.free!;
    context.fill(paths.free);
    if (cell >= 12) {
      context.strokeStyle = inks.freeLine!;
      context.lineWidth = 1;
      context.stroke(paths.free);
    }
    context.strokeStyle = inks.held!;
    context.lineWidth = Math.max(cell * 0.06, 0.6);
    if (cell >= 5) context.stroke(paths.held);
    context.stroke(strokes);
    context.fillStyle = inks.sold!;
    context.fill(paths.sold);
    context.fillStyle = inks.chosen!;
    context.fill(paths.chosen);
    context.strokeStyle = inks.onChosen!;
    context.lineWidth = Math.max(size * 0.1, 1);
    for (const [x, y] of chosen) {
      context.beginPath();
      context.moveTo(x + size * 0.24, y + size * 0.52);
      context.lineTo(x + size * 0.43, y + size * 0.72);
      context.lineTo(x + size * 0.78, y + size * 0.3);
      context.stroke();
    }
    if (cell >= 22)
      numbers(block, left, top, inks, font, [firstRow, lastRow, firstNumber, lastNumber]);
  }

  function numbers(block: Block, left: number, top: number, inks: Record<string, string>,
    font: (px: number) => string, [r0, r1, n0, n1]: [number, number, number, number]): void {
    context.font = font(Math.min(12, cell * 0.38));
    context.fillStyle = inks.text!;
    for (let row = r0; row < r1; ++row)
      for (let number = n0; number < n1; ++number) {
        const index = block.first + row * block.seatsPerRow + number;
        if (map.states[index] !== available || rules.isChosen(index)) continue;
        context.fillText(String(number + 1), originX + (left + number + 0.5) * cell,
          originY + (top + row + 0.52) * cell);
      }
  }

  // --- Fingers and mice: a drag moves, a pinch and ctrl with the wheel zoom, a tap chooses ----------
  const touching = new Map < number, {
    x: number;
    y: number
  }
  > ();
  let moved = 0;
  let spread = 0;

  canvas.addEventListener('pointerdown', (event) => {
    touching.set(event.pointerId, {x: event.offsetX, y: event.offsetY});
    canvas.setPointerCapture(event.pointerId);
    if (touching.size === 1) moved = 0;
    spread = distance();
  });
  canvas.addEventListener('pointermove', (event) => {
    const before = touching.get(event.pointerId);
    if (!before) {
      rules.hover(cell >= finePx ? seatAt(event.offsetX, event.offsetY) : -1);
      return;
    }
    touching.set(event.pointerId, {x: event.offsetX, y: event.offsetY});
    if (touching.size === 2) {
      const now = distance();
      const [one, two] = [...touching.values()];
      if (spread > 0) zoomAt(now / spread, (one!.x + two!.x) / 2, (one!.y + two!.y) / 2);
      spread = now;
      moved = 100;
      return;
    }
    originX += event.offsetX - before.x;
    originY += event.offsetY - before.y;
    moved += Math.abs(event.offsetX - before.x) + Math.abs(event.offsetY - before.y);
    keepInside();
    draw();
  });
  const lift = (event: PointerEvent): void => {
    const was = touching.delete(event.pointerId);
    if (!was || event.type === 'pointercancel' || moved > 8 || touching.size > 0) return;
    const wanted = event.pointerType === 'mouse' ? finePx : fingerPx;
    if (cell < Math.min(wanted, cellMaxPx)) {
      zoomAt(Math.max(wanted + 4, 28) / cell, event.offsetX, event.offsetY);
      return;
    }
    const index = seatAt(event.offsetX, event.offsetY);
    if (index >= 0) rules.toggle(index);
  };
  canvas.addEventListener('pointerup', lift);
  canvas.addEventListener('pointercancel', lift);
  canvas.addEventListener('pointerleave', () => rules.hover(-1));
  canvas.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoomAt(Math.exp(-event.deltaY / 300), event.offsetX, event.offsetY);
  }, {passive: false});

  function distance(): number {
    const [one, two] = [...touching.values()];
    return one && two ? Math.hypot(one.x - two.x, one.y - two.y) : 0;
  }

  new ResizeObserver(resize).observe(canvas);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  return {
    element: canvas,
    draw,
    whole,
    zoom: (factor) => zoomAt(factor, pixels().wide / 2, pixels().high / 2),
  };
}

function rounded(path: Path2D, x: number, y: number, size: number, radius: number): void {
  if (radius < 1)
    path.rect(x, y, size, size);
  else
    path.roundRect(x, y, size, size, radius);
}
