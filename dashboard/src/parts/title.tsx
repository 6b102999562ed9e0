// The heading of a screen. It takes the focus, so that a screen reader says where one has arrived.
import { useEffect, useRef } from "preact/hooks";

let screens = 0;

export function Title({ children }: { readonly children: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${children} · lipamita`;
  }, [children]);
  useEffect(() => {
    screens += 1;
    if (screens > 1) heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
