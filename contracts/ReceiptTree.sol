// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title The receipt tree of a Concordat chain
/// @notice Keccak-256, bound to position and length, domain-separated (docs/formats.md, "Receipts and rollups"):
///
///     leaf  = H(0x00 ‖ index as u32 big-endian ‖ body)
///     node  = H(0x01 ‖ left ‖ right)
///     root  = H(0x02 ‖ count as u32 big-endian ‖ top)
///
/// Missing leaves up to the next power of two are 32 zero bytes. What this library accepts, `concordat_proofs::tree`
/// accepts, and the other way round; the refusals are the same, too, and come in the same order.
library ReceiptTree {
	/// @notice Most leaves of one tree.
	uint32 internal constant MAX_LEAVES = 1 << 16;

	/// @notice No leaves, or more than `MAX_LEAVES`.
	error BadCount(uint32 count);
	/// @notice The index is not below the number of leaves.
	error OutOfRange(uint32 index, uint32 count);
	/// @notice The path does not have as many siblings as the tree has levels.
	error WrongLength(uint256 found, uint256 needed);
	/// @notice The path leads to another root.
	error WrongRoot();

	/// @notice Levels between the leaves and the top of a tree of `count` leaves.
	function depth(uint32 count) internal pure returns (uint256 levels) {
		while (levels < 32 && (uint256(1) << levels) < count) {
			++levels;
		}
	}

	/// @notice Hash of the leaf at `index`.
	function leafHash(uint32 index, bytes calldata body) internal pure returns (bytes32) {
		return keccak256(abi.encodePacked(uint8(0), index, body));
	}

	/// @notice Hash of a node. 65 bytes long, so that it never is the hash of another thing of this tree: a leaf begins with
	/// another byte, whatever its body.
	function nodeHash(bytes32 left, bytes32 right) internal pure returns (bytes32) {
		return keccak256(abi.encodePacked(uint8(1), left, right));
	}

	/// @notice The root of a tree of `count` leaves with this top.
	function rootHash(uint32 count, bytes32 top) internal pure returns (bytes32) {
		return keccak256(abi.encodePacked(uint8(2), count, top));
	}

	/// @notice Reverts unless `body` is the leaf at `index` of the tree of `count` leaves under `root`.
	/// @param path Siblings from the leaf to the top, as many as the tree has levels. Bit `i` of `index` says whether the
	/// digest of level `i` is the right child.
	function verify(
		bytes32 root,
		uint32 count,
		uint32 index,
		bytes calldata body,
		bytes32[] calldata path
	) internal pure {
		if (count == 0 || count > MAX_LEAVES) revert BadCount(count);
		if (index >= count) revert OutOfRange(index, count);
		uint256 needed = depth(count);
		if (path.length != needed) revert WrongLength(path.length, needed);
		bytes32 digest = leafHash(index, body);
		uint256 at = index;
		for (uint256 level = 0; level < needed; ++level) {
			bytes32 sibling = path[level];
			digest = at & 1 == 0 ? nodeHash(digest, sibling) : nodeHash(sibling, digest);
			at >>= 1;
		}
		if (rootHash(count, digest) != root) revert WrongRoot();
	}
}

/// @title Checks receipts of a Concordat chain
/// @notice Holds nothing and trusts nobody: the caller knows the hash of a rollup by other means, for example because a
/// validator set that it trusts has signed it, or because it was anchored on this chain.
contract ReceiptVerifier {
	/// @notice Header of a rollup, as the chain has it.
	struct Rollup {
		uint32 epoch;
		bytes32 genesis;
		bytes32 previous;
		bytes32 root;
		uint32 count;
		uint64 firstReceipt;
		uint32 openedAt;
		uint32 closedAt;
	}

	/// @notice The header is not that of the trusted rollup.
	error OtherRollup(bytes32 found, bytes32 trusted);
	/// @notice The receipt's number is not the one of its place.
	error WrongNumber(uint64 found, uint64 expected);
	/// @notice The bytes are too short for a receipt.
	error NoReceipt();

	/// @notice Reverts unless `body` is the leaf at `index` of the tree of `count` leaves under `root`.
	/// @return true.
	function verify(
		bytes32 root,
		uint32 count,
		uint32 index,
		bytes calldata body,
		bytes32[] calldata path
	) external pure returns (bool) {
		ReceiptTree.verify(root, count, index, body, path);
		return true;
	}

	/// @notice Reverts unless `body` is the SCALE of a receipt at place `index` of the rollup whose hash is `trusted`.
	/// @return number The number of the receipt.
	function verifyReceipt(
		bytes32 trusted,
		Rollup calldata rollup,
		uint32 index,
		bytes calldata body,
		bytes32[] calldata path
	) external pure returns (uint64 number) {
		bytes32 found = rollupHash(rollup);
		if (found != trusted) revert OtherRollup(found, trusted);
		ReceiptTree.verify(rollup.root, rollup.count, index, body, path);
		if (body.length < 12) revert NoReceipt();
		number = swap64(uint64(bytes8(body[:8])));
		unchecked {
			// Wraps only if the number could not be had at all; then it is unequal.
			uint64 expected = rollup.firstReceipt + index;
			if (number != expected || expected < rollup.firstReceipt) {
				revert WrongNumber(number, expected);
			}
		}
	}

	/// @notice Keccak-256 over `"concordat/rollup/v1" ‖ SCALE(header)`; SCALE's integers are little-endian.
	function rollupHash(Rollup calldata rollup) public pure returns (bytes32) {
		return keccak256(
			abi.encodePacked(
				"concordat/rollup/v1",
				swap32(rollup.epoch),
				rollup.genesis,
				rollup.previous,
				rollup.root,
				swap32(rollup.count),
				swap64(rollup.firstReceipt),
				swap32(rollup.openedAt),
				swap32(rollup.closedAt)
			)
		);
	}

	/// @notice The other order of bytes.
	function swap32(uint32 number) internal pure returns (uint32) {
		number = ((number & 0xff00ff00) >> 8) | ((number & 0x00ff00ff) << 8);
		return (number >> 16) | (number << 16);
	}

	/// @notice The other order of bytes.
	function swap64(uint64 number) internal pure returns (uint64) {
		return (uint64(swap32(uint32(number))) << 32) | swap32(uint32(number >> 32));
	}
}
