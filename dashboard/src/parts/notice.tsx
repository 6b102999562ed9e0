// Something the reader should know now; bad news is also said at once by screen readers.
import type { ComponentChildren } from "preact";

export type NoticeKind = "good" | "info" | "warn" | "bad";

export function Notice(props: {
  readonly kind: NoticeKind;
  readonly title?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div class={`notice ${props.kind}`} role={props.kind === "bad" ? "alert" : undefined}>
      {props.title === undefined ? null : <strong>{props.title}</strong>}
      <div>{props.children}</div>
    </div>
  );
}
