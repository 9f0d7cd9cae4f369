// Puts off what only matters to the eye until a player comes near the part of the page that is seen.

const MARGIN = "400px";

const waiting = new WeakMap();
let observer;

/** Call `then` once when `element` comes near; returns how to call it off. */
export function onceNear(element, then) {
  observer ??= new IntersectionObserver(tell, { rootMargin: MARGIN, scrollMargin: MARGIN });
  waiting.set(element, then);
  observer.observe(element);
  return () => observer.unobserve(element);
}

function tell(entries) {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    observer.unobserve(target);
    waiting.get(target)?.();
    waiting.delete(target);
  }
}
