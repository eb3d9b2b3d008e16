//! What is at fault, as the errors of calls say it.

use crate::Error;
use concordat_primitives::bundle::{
	reading::{ReadingFault, SourceFault},
	SpecFault,
};

impl<T> From<SourceFault> for Error<T> {
	fn from(fault: SourceFault) -> Self {
		match fault {
			SourceFault::Name => Self::NameInvalid,
			SourceFault::Keys => Self::KeysInvalid,
			SourceFault::Quorum => Self::QuorumInvalid,
			SourceFault::Age => Self::MaxAgeInvalid,
			SourceFault::Numbers => Self::BoundsInvalid,
		}
	}
}

impl<T> From<ReadingFault> for Error<T> {
	fn from(fault: ReadingFault) -> Self {
		match fault {
			ReadingFault::WrongChain => Self::WrongChain,
			ReadingFault::Replayed => Self::Replayed,
			ReadingFault::FromTheFuture => Self::FromTheFuture,
			ReadingFault::Stale => Self::Stale,
			ReadingFault::OutOfOrder => Self::OutOfOrder,
			ReadingFault::OutOfBounds => Self::OutOfBounds,
			ReadingFault::TooPrecise => Self::TooPrecise,
			ReadingFault::BadDocument => Self::DocumentInvalid,
			ReadingFault::BadOrder => Self::SignaturesUnordered,
			ReadingFault::NoQuorum => Self::NoQuorum,
			ReadingFault::BadSignature => Self::SignatureInvalid,
		}
	}
}

impl<T> From<SpecFault> for Error<T> {
	fn from(fault: SpecFault) -> Self {
		match fault {
			SpecFault::Name => Self::NameInvalid,
			SpecFault::Key => Self::KeyTaken,
			SpecFault::Text => Self::TextInvalid,
			SpecFault::Rows => Self::RowsInvalid,
		}
	}
}
