// Judges pairs of documents with other tools: node diff_peers.mjs PAIRS.json, from a folder that has
// them (npm install openapi-diff api-smart-diff). Writes, for each tool, a verdict a pair: true
// where something breaks, null where the tool fails.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const pairs = JSON.parse(readFileSync(process.argv[2], "utf8"));

const openapiDiff = require("openapi-diff");
const smartDiff = require("api-smart-diff");

const side = (document, location) => ({
  content: JSON.stringify(document),
  location,
  format: "openapi3",
});

const tools = {
  "openapi-diff": async ([before, after]) => {
    const sides = { sourceSpec: side(before, "old"), destinationSpec: side(after, "new") };
    return (await openapiDiff.diffSpecs(sides)).breakingDifferencesFound;
  },
  "api-smart-diff": async ([before, after]) =>
    smartDiff.apiDiff(before, after).some((change) => change.type === "breaking"),
};

const verdicts = {};
for (const [name, judge] of Object.entries(tools)) {
  const started = process.cpuUsage();
  verdicts[name] = { breaks: [], seconds: 0 };
  for (const pair of pairs) {
    const breaks = await judge(structuredClone(pair)).catch(() => null);
    verdicts[name].breaks.push(breaks);
  }
  const used = process.cpuUsage(started);
  verdicts[name].seconds = (used.user + used.system) / 1e6;
}
console.log(JSON.stringify(verdicts));
