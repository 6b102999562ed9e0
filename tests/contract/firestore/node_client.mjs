// What @google-cloud/firestore for Node sees of the emulator; one JSON object per check on stdout.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../conformance/package.json", import.meta.url));
const { AggregateField, FieldValue, Filter, Firestore } = require("@google-cloud/firestore");
const db = new Firestore({ projectId: process.env.GCLOUD_PROJECT });
const ids = (snapshot) => snapshot.docs.map((each) => each.id);
const tell = (check, found) => console.log(JSON.stringify({ check, found }));

await db.doc("a/b").set({ n: 1, at: FieldValue.serverTimestamp(), v: FieldValue.vector([1, 2]) });
tell("vector", (await db.doc("a/b").get()).get("v").toArray());

const increment = async (transaction) => {
  const n = (await transaction.get(db.doc("a/b"))).get("n");
  transaction.update(db.doc("a/b"), { n: n + 1 });
};
await Promise.all(Array.from({ length: 10 }, () => db.runTransaction(increment)));
tell("transactions", (await db.doc("a/b").get()).get("n"));

await Promise.all(Array.from({ length: 10 }, (_, i) => db.doc(`n/${i}`).set({ i })));
const numbers = db.collection("n");
tell("last", ids(await numbers.where("i", ">", 3).orderBy("i").limitToLast(2).get()));
const either = Filter.or(Filter.where("i", "==", 1), Filter.where("i", "in", [2, 3]));
tell("or", ids(await numbers.where(either).get()));
const sums = { sum: AggregateField.sum("i"), mean: AggregateField.average("i") };
tell("aggregate", (await numbers.aggregate(sums).get()).data());
tell("average of nothing", (await db.collection("none").aggregate(sums).get()).data());

const heard = await new Promise((resolve, reject) => {
  const stop = numbers.where("i", "<", 3).onSnapshot((snapshot) => {
    if (snapshot.size === 3) {
      db.doc("n/0").delete();
      return;
    }
    stop();
    resolve(snapshot.docChanges().map((change) => [change.type, change.doc.id]));
  }, reject);
});
tell("listener", heard);

const writer = db.bulkWriter();
for (let i = 0; i < 30; i += 1) writer.create(db.doc(`n/1/deep/${i}`), { i });
await writer.close();
tell("bulk writer", (await db.collectionGroup("deep").count().get()).data().count);
const missing = await numbers.where("i", "==", 1).orderBy("z").get().catch((error) => error.code);
tell("missing index", missing);
await db.recursiveDelete(numbers);
tell("recursive delete", (await db.listCollections()).map((each) => each.id));
await db.terminate();
