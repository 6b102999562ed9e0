// A labelled input with its hint, and its problem once there is one.

export function Field(props: {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly problem?: string | null;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly inputMode: "numeric" | "tel" | "text";
  readonly autocomplete: "off" | "tel" | "one-time-code";
  readonly large?: boolean;
}) {
  const said = props.problem ?? props.hint;
  const bad = props.problem != null;
  return (
    <div class={props.large ? "field large" : "field"}>
      <label for={props.id}>{props.label}</label>
      <input
        id={props.id}
        name={props.id}
        type="text"
        inputMode={props.inputMode}
        autocomplete={props.autocomplete}
        value={props.value}
        onInput={(event) => props.onValue(event.currentTarget.value)}
        aria-invalid={bad}
        aria-describedby={`${props.id}-said`}
      />
      <p id={`${props.id}-said`} class={bad ? "problem" : "hint"} role={bad ? "alert" : undefined}>
        {said}
      </p>
    </div>
  );
}
