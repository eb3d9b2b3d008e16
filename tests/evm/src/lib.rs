//! `contracts/ReceiptTree.sol` in an EVM: deploying it, calling it, and what it answers.

use concordat_proofs::{keccak_256, Digest32, ProofError};
use revm::{
	primitives::{Address, Bytes, ExecutionResult, Output, SpecId, TxKind, U256},
	Evm, InMemoryDB,
};

/// Who calls.
const CALLER: Address = Address::repeat_byte(0xca);
/// More than any call here needs.
const GAS: u64 = 10_000_000;

/// One word of the ABI.
pub type Word = [u8; 32];

/// A number as a word.
pub fn word(number: impl Into<u128>) -> Word {
	let mut word = [0; 32];
	word[16..].copy_from_slice(&number.into().to_be_bytes());
	word
}

/// An argument of a call.
pub enum Arg<'a> {
	/// Whatever fits a word.
	Word(Word),
	/// `bytes`.
	Bytes(&'a [u8]),
	/// `bytes32[]`.
	Words(&'a [Digest32]),
}

/// A call: selector, heads, tails.
pub fn call_data(signature: &str, args: &[Arg<'_>]) -> Vec<u8> {
	let mut data = keccak_256(signature.as_bytes())[..4].to_vec();
	let (mut heads, mut tails) = (Vec::new(), Vec::new());
	for arg in args {
		let offset = word((args.len() * 32 + tails.len()) as u128);
		match arg {
			Arg::Word(word) => heads.extend(word),
			Arg::Bytes(bytes) => {
				heads.extend(offset);
				tails.extend(word(bytes.len() as u128));
				tails.extend(*bytes);
				tails.resize(tails.len().next_multiple_of(32), 0);
			},
			Arg::Words(words) => {
				heads.extend(offset);
				tails.extend(word(words.len() as u128));
				tails.extend(words.concat());
			},
		}
	}
	data.extend(heads);
	data.extend(tails);
	data
}

/// What a call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
	/// It returned this, for so much gas in all.
	Returned(Vec<u8>, u64),
	/// It reverted with this.
	Reverted(Vec<u8>),
	/// It ran out of gas, or hit an invalid instruction.
	Halted,
}

/// An EVM in which the contract is deployed.
pub struct Contract {
	evm: Evm<'static, (), InMemoryDB>,
	address: Address,
}

impl Contract {
	/// Deploys what is committed in `contracts/`.
	pub fn deploy() -> Self {
		let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/ReceiptTree.json");
		let text = std::fs::read_to_string(path).expect("the artefact is committed");
		let artefact: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
		let code: Bytes =
			artefact["bytecode"].as_str().expect("it has code").parse().expect("it is hexadecimal");
		let mut evm = Evm::builder()
			.with_db(InMemoryDB::default())
			// What the contract is compiled for.
			.with_spec_id(SpecId::MERGE)
			.modify_tx_env(|tx| {
				tx.caller = CALLER;
				tx.gas_limit = GAS;
				tx.transact_to = TxKind::Create;
				tx.data = code;
				tx.value = U256::ZERO;
			})
			.build();
		let result = evm.transact_commit().expect("nothing is in the way");
		let ExecutionResult::Success { output: Output::Create(_, Some(address)), .. } = result
		else {
			panic!("not deployed: {result:?}");
		};
		Self { evm, address }
	}

	/// Calls it.
	pub fn call(&mut self, data: Vec<u8>) -> Answer {
		let tx = self.evm.tx_mut();
		tx.transact_to = TxKind::Call(self.address);
		tx.data = data.into();
		match self.evm.transact().expect("nothing is in the way").result {
			ExecutionResult::Success { output, gas_used, .. } => {
				Answer::Returned(output.into_data().to_vec(), gas_used)
			},
			ExecutionResult::Revert { output, .. } => Answer::Reverted(output.to_vec()),
			ExecutionResult::Halt { .. } => Answer::Halted,
		}
	}

	/// The check of a leaf: the gas it took, or what it refused.
	pub fn verify(
		&mut self,
		root: &Digest32,
		count: u32,
		index: u32,
		body: &[u8],
		path: &[Digest32],
	) -> Result<u64, ProofError> {
		let data = call_data(
			"verify(bytes32,uint32,uint32,bytes,bytes32[])",
			&[
				Arg::Word(*root),
				Arg::Word(word(count)),
				Arg::Word(word(index)),
				Arg::Bytes(body),
				Arg::Words(path),
			],
		);
		match self.call(data) {
			Answer::Returned(output, gas) if output == word(1u8) => Ok(gas),
			Answer::Reverted(output) => Err(refusal(&output)),
			other => panic!("{other:?}"),
		}
	}
}

/// The typed error of a revert, as the Rust code has it.
pub fn refusal(output: &[u8]) -> ProofError {
	let of = |signature: &str, words: usize| {
		output.len() == 4 + 32 * words && output[..4] == keccak_256(signature.as_bytes())[..4]
	};
	let number = |place: usize| {
		let word = &output[4 + 32 * place..][..32];
		assert!(word[..28].iter().all(|byte| *byte == 0), "more than 32 bits");
		u32::from_be_bytes(word[28..].try_into().expect("four bytes"))
	};
	if of("BadCount(uint32)", 1) {
		ProofError::BadCount { count: number(0) }
	} else if of("OutOfRange(uint32,uint32)", 2) {
		ProofError::OutOfRange { index: number(0), count: number(1) }
	} else if of("WrongLength(uint256,uint256)", 2) {
		ProofError::WrongLength { found: number(0), needed: number(1) }
	} else if of("WrongRoot()", 0) {
		ProofError::WrongRoot
	} else {
		panic!("no error of the tree: {output:02x?}")
	}
}
