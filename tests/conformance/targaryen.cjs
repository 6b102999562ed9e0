// Judges rules cases with targaryen: reads a JSON list from stdin, prints a JSON list of verdicts.
// A case is {rules, data, auth, now, operation: read|write|update, path, value}.

const targaryen = require("targaryen");

function judge({ rules, data, auth, now, operation, path, value }) {
  let database;
  try {
    database = targaryen.database(rules, data, now).as(auth);
  } catch (error) {
    return { valid: false, error: String(error.message) };
  }
  try {
    const result =
      operation === "read" ? database.read(path, { now })
      : operation === "write" ? database.write(path, value, undefined, now)
      : database.update(path, value, now);
    return { valid: true, allowed: result.allowed };
  } catch (error) {
    return { valid: true, thrown: String(error.message) };
  }
}

const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map(judge)));
