import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOf, parseRoute, type Route } from "../src/route.ts";

test("every screen has an address that leads back to it", () => {
  const routes: readonly Route[] = [
    { screen: "home" },
    { screen: "buy" },
    { screen: "payments" },
    { screen: "payment", transactionId: "-Of2aAbcdEFGHijkl0_2" },
    { screen: "estate" },
  ];
  for (const route of routes) assert.deepEqual(parseRoute(hashOf(route)), route);
});

test("an address that names nothing is home", () => {
  for (const hash of ["", "#", "#/nowhere", "#/payments/short", "#/payments/../users/x-------"]) {
    assert.deepEqual(parseRoute(hash), { screen: "home" }, hash);
  }
});
