//! Why a clause refuses to give a result.

/// A refusal. Its [`code`](Self::code) is what `run` returns and what the chain shows.
///
/// Codes 1–99 mean the same for every clause; a clause's own begin at 101. They are public: a code
/// never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
	/// There is no input.
	InputEmpty,
	/// The input is longer than [`crate::MAX_INPUT`].
	InputTooLong,
	/// The host gave fewer bytes than it had announced.
	InputUnread,
	/// A byte is neither printable ASCII nor a line feed.
	NotText,
	/// The last line does not end with a line feed: the input was cut off.
	Truncated,
	/// The first line names another format.
	WrongFormat,
	/// A header line is not `key=value`.
	HeaderLine,
	/// The header has a key that the clause does not know.
	UnknownKey,
	/// The header has a key twice.
	DuplicateKey,
	/// The header lacks a key.
	MissingKey,
	/// The line `---` between header and table is missing.
	NoTable,
	/// The table's first line does not name the expected columns.
	WrongColumns,
	/// A row has too few or too many fields.
	FieldCount,
	/// The table does not have as many rows as the header says.
	RowCount,
	/// The header announces more rows than the clause takes, or fewer.
	RowsOutOfRange,
	/// Not a number as the format writes it, or with more decimals than it allows.
	BadNumber,
	/// Not a calendar date or time as the format writes it.
	BadDate,
	/// A word with a character that the format does not allow, or none of the words it allows.
	BadWord,
	/// A number outside its stated range.
	OutOfRange,
	/// Two parameters contradict each other.
	Inconsistent,
	/// The output is longer than [`crate::MAX_OUTPUT`].
	OutputTooLong,
	/// The host did not take the output.
	OutputRefused,
	/// The clause wrote its keys out of order: a defect of the clause.
	OutputOrder,
	/// There is no dependency of that index.
	NoDependency,
	/// The dependency's output does not fit the buffer.
	DependencyTooLong,
	/// A refusal of this clause alone; the clause documents it. Its code is 100 plus the number.
	Clause(u8),
}

impl Failure {
	/// The number that stands for the failure; never 0.
	pub const fn code(self) -> i32 {
		match self {
			Self::InputEmpty => 1,
			Self::InputTooLong => 2,
			Self::InputUnread => 3,
			Self::NotText => 4,
			Self::Truncated => 5,
			Self::WrongFormat => 6,
			Self::HeaderLine => 7,
			Self::UnknownKey => 8,
			Self::DuplicateKey => 9,
			Self::MissingKey => 10,
			Self::NoTable => 11,
			Self::WrongColumns => 12,
			Self::FieldCount => 13,
			Self::RowCount => 14,
			Self::RowsOutOfRange => 15,
			Self::BadNumber => 16,
			Self::BadDate => 17,
			Self::BadWord => 18,
			Self::OutOfRange => 19,
			Self::Inconsistent => 20,
			Self::OutputTooLong => 21,
			Self::OutputRefused => 22,
			Self::OutputOrder => 23,
			Self::NoDependency => 24,
			Self::DependencyTooLong => 25,
			Self::Clause(number) => 100 + number as i32,
		}
	}
}
