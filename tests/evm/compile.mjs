// Compiles contracts/ReceiptTree.sol with the pinned compiler. `node compile.mjs` writes contracts/ReceiptTree.json, what the
// tests deploy; `node compile.mjs --check` fails if that is not what the source gives.
import { readFileSync, writeFileSync } from "node:fs";
import solc from "solc";

const contracts = new URL("../../contracts/", import.meta.url);
const artefact = new URL("ReceiptTree.json", contracts);
// No hash of the source at the end of the code: a comment changes nothing.
const settings = {
	evmVersion: "paris",
	optimizer: { enabled: true, runs: 10_000 },
	metadata: { bytecodeHash: "none", appendCBOR: false },
	outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } },
};
const { contracts: compiled, errors = [] } = JSON.parse(
	solc.compile(
		JSON.stringify({
			language: "Solidity",
			sources: { "ReceiptTree.sol": { content: readFileSync(new URL("ReceiptTree.sol", contracts), "utf8") } },
			settings,
		}),
	),
);
if (errors.length > 0) {
	console.error(errors.map((error) => error.formattedMessage).join("\n"));
	process.exit(1);
}
const { abi, evm } = compiled["ReceiptTree.sol"].ReceiptVerifier;
const { evmVersion, optimizer, metadata } = settings;
const text = `${JSON.stringify(
	{
		contract: "ReceiptVerifier",
		compiler: solc.version(),
		settings: { evmVersion, optimizer, metadata },
		abi,
		bytecode: `0x${evm.bytecode.object}`,
		deployedBytecode: `0x${evm.deployedBytecode.object}`,
	},
	null,
	"\t",
)}\n`;
if (!process.argv.includes("--check")) {
	writeFileSync(artefact, text);
} else if (readFileSync(artefact, "utf8") !== text) {
	console.error("contracts/ReceiptTree.json is not what contracts/ReceiptTree.sol compiles to: run tests/evm/compile.mjs");
	process.exit(1);
}
