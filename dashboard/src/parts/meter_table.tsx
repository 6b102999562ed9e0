// All meters in one table; on a phone each becomes a small block.
import { ago } from "../clock.ts";
import { type Meter, power, presence } from "../meter.ts";
import { kwh } from "../quantity.ts";
import { useWords } from "../words/words.ts";

export function MeterTable(props: { readonly meters: readonly Meter[]; readonly now: number }) {
  const words = useWords().estate;
  return (
    <table class="meters">
      <thead>
        <tr>
          <th scope="col">{words.meter}</th>
          <th scope="col" class="number">
            {words.credit}
          </th>
          <th scope="col">{words.state}</th>
          <th scope="col">{words.seen}</th>
        </tr>
      </thead>
      <tbody>
        {props.meters.map((meter) => (
          <Row key={meter.meterId} meter={meter} now={props.now} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ meter, now }: { readonly meter: Meter; readonly now: number }) {
  const words = useWords();
  const seen = presence(meter, now);
  const supply = power(meter);
  return (
    <tr data-meter={meter.meterId}>
      <th scope="row">
        {meter.meterId}
        <small>
          {meter.name}
          {meter.ownerUid === null ? ` · ${words.estate.noOwner}` : ""}
        </small>
      </th>
      <td class="number">{meter.balanceWh === null ? "–" : `${kwh(meter.balanceWh)} kWh`}</td>
      <td>
        <span class={`power ${supply}`}>
          <span class="dot" aria-hidden="true" />
          {words.estate.power[supply]}
        </span>
      </td>
      <td class="seen">
        {meter.lastSeenMs === null ? words.meter.never : words.ago(ago(meter.lastSeenMs, now))}
        {seen === "offline" ? <span class="tag warn">{words.estate.offline}</span> : null}
      </td>
    </tr>
  );
}
