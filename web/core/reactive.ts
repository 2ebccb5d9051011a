// Signals, effects, and elements that follow them. Everything on the pages is built with this.

type Reaction = {
  run(): void; sources: Set<Set<Reaction>>; owned: (() => void)[]; dead: boolean
};

let current: Reaction|undefined;
const pending = new Set<Reaction>();

/** A value; effects and elements that read it run again when another one is set. */
export type Signal<T> = {
  (): T; set(next: T): void
};

export function signal<T>(first: T): Signal<T> {
  let value = first;
  const readers = new Set<Reaction>();
  const read = (): T => {
    if (current) readers.add(current);
    current?.sources.add(readers);
    return value;
  };
  read.set = (next: T): void => {
    if (Object.is(value, next)) return;
    value = next;
    if (readers.size > 0 && pending.size === 0) queueMicrotask(runPending);
    for (const reader of readers) pending.add(reader);
  };
  return read;
}

function runPending(): void {
  for (const reaction of pending) {
    pending.delete(reaction);
    try {
      if (!reaction.dead) reaction.run();
    } catch (error) {
      reportError(error);  // the others still run
    }
  }
}

function within<T>(reaction: Reaction|undefined, body: () => T): T {
  const outer = current;
  current = reaction;
  try {
    return body();
  } finally {
    current = outer;
  }
}

function release(reaction: Reaction): void {
  for (const readers of reaction.sources) readers.delete(reaction);
  reaction.sources.clear();
  for (const end of reaction.owned.splice(0)) end();
}

/** Runs `body`, and again whenever a signal that it read has changed. The result ends it. */
export function effect(body: () => void): () => void {
  const reaction: Reaction = {
    sources: new Set(),
    owned: [],
    dead: false,
    run() {
      release(reaction);
      within(reaction, body);
    },
  };
  const end = (): void => {
    reaction.dead = true;
    release(reaction);
  };
  current?.owned.push(end);
  reaction.run();
  return end;
}

/** A signal made of others. */
export function computed<T>(make: () => T): () => T {
  const result = signal<T|undefined>(undefined);
  effect(() => result.set(make()));
  return () => result() as T;
}

/** The same, and what follows it runs again only when its content is another. */
export function unchanged<T>(make: () => T): () => T {
  const text = computed(() => JSON.stringify(make()));
  return () => JSON.parse(text()) as T;
}

/** Reads signals without following them. */
export function peek<T>(read: () => T): T { return within(undefined, read); }

/** `end` is called when the effect, or the part of a page, that is being made goes away. */
export function whenGone(end: () => void): void { current?.owned.push(end); }

export type Child = Node|string|number|false|null|undefined|Child[]|(() => Child);
type Value = string|number|boolean|null|undefined;
export type Attributes = Record<string, Value|(() => Value)|((event: never) => void)>;

function setAttribute(of: Element, name: string, value: Value): void {
  if (name === 'value' || name === 'checked')
    Object.assign(of, {[name]: value ?? ''});
  else if (value === false || value === null || value === undefined)
    of.removeAttribute(name);
  else
    of.setAttribute(name, value === true ? '' : String(value));
}

function nodesOf(child: Child): Node[] {
  if (child === null || child === undefined || child === false) return [];
  if (Array.isArray(child)) return child.flatMap(nodesOf);
  if (typeof child === 'function') return [region(child)];
  return [child instanceof Node ? child : document.createTextNode(String(child))];
}

/** Nodes that are made again whenever a signal that `make` reads has changed. */
function region(make: () => Child): Node {
  const begin = document.createComment('');
  const end = document.createComment('');
  const all = document.createDocumentFragment();
  all.append(begin, end);
  effect(() => {
    const next = nodesOf(make());
    while (begin.nextSibling && begin.nextSibling !== end) begin.nextSibling.remove();
    end.before(...next);
  });
  return all;
}

function build<E extends Element>(of: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on'))
      of.addEventListener(name.slice(2), value as EventListener);
    else if (typeof value !== 'function')
      setAttribute(of, name, value);
    else
      effect(() => setAttribute(of, name, (value as () => Value)()));
  }
  of.append(...children.flatMap(nodesOf));
  return of;
}

/** An HTML element. `on…` attributes are listeners; a function as a value follows its signals. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  return build(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s<K extends keyof SVGElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: Child[]): SVGElementTagNameMap[K] {
  return build(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}
