// A list of what waits, or the good news that nothing does.
import type { Live } from "../live.ts";
import { useWords } from "../words/words.ts";
import { Notice } from "./notice.tsx";

export interface QueueItem {
  readonly key: string;
  readonly title: string;
  readonly detail: string;
  readonly href?: string;
}

export function Queue<T>(props: {
  readonly title: string;
  readonly empty: string;
  readonly live: Live<readonly T[]>;
  readonly itemOf: (one: T) => QueueItem;
}) {
  const words = useWords();
  const { live } = props;
  const items = live.state === "known" ? live.value.map(props.itemOf) : [];
  return (
    <section class="card">
      <h2>
        {props.title}
        {items.length > 0 ? <span class="count">{items.length}</span> : null}
      </h2>
      {live.state === "loading" ? <p class="muted">{words.loading}</p> : null}
      {live.state === "refused" ? <Notice kind="bad">{words.notReadable}</Notice> : null}
      {live.state === "known" && items.length === 0 ? <p class="muted">{props.empty}</p> : null}
      <ul class="rows">
        {items.map((item) => (
          <li key={item.key}>
            {item.href === undefined ? (
              <Words item={item} />
            ) : (
              <a href={item.href}>
                <Words item={item} />
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Words({ item }: { readonly item: QueueItem }) {
  return (
    <span>
      <strong>{item.title}</strong>
      <small>{item.detail}</small>
    </span>
  );
}
