// What the amount buys, line by line, as it was frozen when the payment was requested.
import type { QuoteLine } from "../payment.ts";
import { kesFromCents, kwh } from "../quantity.ts";
import type { Words } from "../words/en.ts";
import { useWords } from "../words/words.ts";

// As the functions write them into the quote.
const CHARGE = /^Fixed charge (.+)$/;
const VAT_ON_CHARGE = /^(VAT \d+%) on fixed charge$/;

export function Quote({ lines }: { readonly lines: readonly QuoteLine[] }) {
  const words = useWords();
  if (lines.length === 0) return null;
  return (
    <section class="card" data-testid="quote">
      <h2>{words.payment.buys}</h2>
      <dl class="table">
        {lines.map((line, n) => (
          <div key={n}>
            <dt>{nameOf(line, words)}</dt>
            <dd>{kesFromCents(line.amountCents)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function nameOf(line: QuoteLine, words: Words): string {
  if (line.kind === "energy" && line.energyWh !== null) {
    return words.payment.lineEnergy(kwh(line.energyWh));
  }
  if (line.kind === "remainder") return words.payment.lineRemainder;
  const months = CHARGE.exec(line.label)?.[1];
  if (line.kind === "fixed_charge" && months !== undefined) {
    return words.payment.lineCharge(months.replace(" to ", " – "));
  }
  const vat = VAT_ON_CHARGE.exec(line.label)?.[1];
  if (line.kind === "vat" && vat !== undefined) return words.payment.lineVatOnCharge(vat);
  return line.label;
}
