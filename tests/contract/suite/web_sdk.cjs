// What a page does through the Firebase JS SDK; prints what it saw as one line of JSON.
const { createRequire } = require("node:module");
const sdk = createRequire(`${process.env.SDK}/package.json`);
const { initializeApp } = sdk("firebase/app");
const auths = sdk("firebase/auth");
const databases = sdk("firebase/database");
const callables = sdk("firebase/functions");

const AMINA = "amina@tenants.example";
const emulators = JSON.parse(process.env.EMULATORS);
const app = initializeApp({
  projectId: "demo-lipamita",
  apiKey: "any",
  databaseURL: "https://demo-lipamita-default-rtdb.europe-west1.firebasedatabase.app",
});
const auth = auths.getAuth(app);
auths.connectAuthEmulator(auth, emulators.auth, { disableWarnings: true });
const database = databases.getDatabase(app);
databases.connectDatabaseEmulator(database, "127.0.0.1", Number(new URL(emulators.rtdb).port));
const functions = callables.getFunctions(app, "europe-west1");
callables.connectFunctionsEmulator(
  functions, "127.0.0.1", Number(new URL(emulators.functions).port));

const refusal = (work) => work.then(() => "no refusal", (error) => error.code);

async function main() {
  const seen = {};
  seen.wrong = await refusal(auths.signInWithEmailAndPassword(auth, AMINA, "wrong-password"));
  seen.unknown = await refusal(auths.signInWithEmailAndPassword(auth, "x@y.example", "whatever"));
  const amina = (await auths.signInWithEmailAndPassword(auth, AMINA, "amina-password")).user;
  seen.uid = amina.uid;
  seen.called = (await callables.httpsCallable(functions, "add")({ a: 1, b: 2 })).data;
  seen.read = (await databases.get(databases.ref(database, "meters/MTR-001/name"))).val();
  await amina.getIdToken(true);
  seen.provider = (await amina.getIdTokenResult()).signInProvider;
  await auths.updateProfile(amina, { displayName: "Amina" });
  await amina.reload();
  seen.name = amina.displayName;
  const made = await auths.createUserWithEmailAndPassword(auth, "new@x.example", "first-password");
  seen.twice = await refusal(
    auths.createUserWithEmailAndPassword(auth, "new@x.example", "first-password"));
  await auths.updatePassword(made.user, "second-password");
  await auths.signInWithEmailAndPassword(auth, "new@x.example", "second-password");
  await auths.deleteUser(auth.currentUser);
  seen.deleted = auth.currentUser;
  seen.anonymous = (await auths.signInAnonymously(auth)).user.isAnonymous;
  return seen;
}

main().then(
  (seen) => { console.log(JSON.stringify(seen)); process.exit(0); },
  (error) => { console.error(error); process.exit(1); },
);
