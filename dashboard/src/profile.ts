// `users/{uid}`: what the functions know about a person, and the language that person chose.
import * as json from "./json.ts";
import type { Language } from "./words/words.ts";

export interface Profile {
  readonly name: string | null;
  readonly msisdn: string | null;
  readonly meterId: string | null;
  readonly latestTransactionId: string | null;
  readonly language: Language | null;
}

export function profileFromNode(node: unknown): Profile {
  return {
    name: json.text(node, "name"),
    msisdn: json.text(node, "phone_number"),
    meterId: json.text(node, "meter_no"),
    latestTransactionId: json.text(node, "latest_transaction_id"),
    language: json.oneOf(node, "language", ["en", "sw"]),
  };
}
