// The page's own addresses, kept behind the #: Hosting needs to know only one page.
import { useEffect, useState } from "preact/hooks";

export type Route =
  | { readonly screen: "home" }
  | { readonly screen: "buy" }
  | { readonly screen: "payments" }
  | { readonly screen: "payment"; readonly transactionId: string }
  | { readonly screen: "estate" };

const PAYMENT = /^#\/payments\/([-\w]{20})$/;

export function parseRoute(hash: string): Route {
  const transactionId = PAYMENT.exec(hash)?.[1];
  if (transactionId !== undefined) return { screen: "payment", transactionId };
  switch (hash) {
    case "#/buy":
      return { screen: "buy" };
    case "#/payments":
      return { screen: "payments" };
    case "#/meters":
      return { screen: "estate" };
    default:
      return { screen: "home" };
  }
}

export function hashOf(route: Route): string {
  switch (route.screen) {
    case "payment":
      return `#/payments/${route.transactionId}`;
    case "estate":
      return "#/meters";
    case "home":
      return "#/";
    default:
      return `#/${route.screen}`;
  }
}

export function go(route: Route): void {
  location.hash = hashOf(route);
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return parseRoute(hash);
}
