// Program main audits a published log and receipts with the Go project's own Merkle tree and signed notes.
//
// It shares nothing with Custody: trees, tiles, proofs and notes are those of golang.org/x/mod/sumdb, as Debian packages
// it; only the C2SP paths, entry bundles, cosignature lines, receipts and lines of proofs are read here.
//
//	audit log     -key VKEY [-witness VKEY]... FOLDER [OLDER CHECKPOINT]...
//	audit receipt -key VKEY [-witness VKEY]... FILE.tlog-proof FILE.entry
//	audit receipt -key VKEY [-witness VKEY]... FILE.receipt
//	audit bundle  -key VKEY [-witness VKEY]... FOLDER OF THE BAG
//
// Exit status 0: everything holds; 1: something does not, named on standard error; 2: usage.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height    = 8
	width     = 1 << height
	mostProof = 2000 // below this size every inclusion is proved, above it every one of so many
)

// keys are the log's verifier and those of the witnesses that must have cosigned.
type keys struct {
	log       note.Verifier
	witnesses []note.Verifier
}

func main() {
	if len(os.Args) < 2 || !strings.Contains(" log receipt bundle ", " "+os.Args[1]+" ") {
		usage()
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	var logKey string
	var witnessKeys list
	flags.StringVar(&logKey, "key", "", "the log's vkey")
	flags.Var(&witnessKeys, "witness", "vkey of a witness that must have cosigned")
	flags.Parse(os.Args[2:])
	known, err := readKeys(logKey, witnessKeys)
	if err == nil {
		err = run(os.Args[1], known, flags.Args())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "audit:", err)
		os.Exit(1)
	}
	fmt.Println("OK")
}

func run(command string, known keys, rest []string) error {
	if len(rest) < 1 {
		usage()
	}
	if command == "bundle" {
		return auditBundle(known, rest[0])
	}
	if command == "receipt" {
		if len(rest) == 1 {
			return auditReceiptBeside(known, rest[0])
		}
		return auditReceipt(known, rest[0], rest[1])
	}
	return auditLog(known, rest[0], rest[1:])
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: audit log|receipt|bundle -key VKEY [-witness VKEY]... FILES")
	os.Exit(2)
}

type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

// --- the log -----------------------------------------------------------------------------------------

func auditLog(known keys, folder string, older []string) error {
	data, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(known, data)
	if err != nil {
		return err
	}
	hashes, err := hashEntries(folder, tree.N)
	if err != nil {
		return err
	}
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return errors.New("the entries make another root than the checkpoint's")
	}
	if err := compareTiles(folder, tree.N, hashes); err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, &tiles{folder, tree.N})
	if err := proveInclusions(tree, reader, hashes); err != nil {
		return err
	}
	for _, name := range older {
		if err := proveConsistency(known, name, tree, reader); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// stored holds every hash of the tree in the order of package tlog.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(s)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		found[i] = s[index]
	}
	return found, nil
}

// hashEntries reads all entry bundles and hashes the tree from nothing else.
func hashEntries(folder string, size int64) (stored, error) {
	var all stored
	for number := int64(0); number*width < size; number++ {
		count := int64(width)
		if size-number*width < count {
			count = size - number*width
		}
		path := "tile/entries/" + tilePath(number, int(count))
		data, err := readPartial(folder, path, int(count))
		if err != nil {
			return nil, err
		}
		for i := int64(0); i < count; i++ {
			index := number*width + i
			entry, rest, err := nextEntry(data)
			if err != nil {
				return nil, fmt.Errorf("entry %d: %w", index, err)
			}
			data = rest
			leaf := tlog.RecordHash(entry)
			more, err := tlog.StoredHashesForRecordHash(index, leaf, all)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		}
		if len(data) != 0 && strings.Contains(path, ".p/") && !isFull(folder, path) {
			return nil, fmt.Errorf("%s has bytes after its last entry", path)
		}
	}
	return all, nil
}

func nextEntry(data []byte) (entry, rest []byte, err error) {
	if len(data) < 2 {
		return nil, nil, errors.New("the bundle ends before it")
	}
	length := int(binary.BigEndian.Uint16(data))
	if len(data) < 2+length {
		return nil, nil, errors.New("the bundle ends within it")
	}
	return data[2 : 2+length], data[2+length:], nil
}

// compareTiles compares each hash tile, at every level, with what the entries give.
func compareTiles(folder string, size int64, hashes stored) error {
	for _, tile := range tlog.NewTiles(height, 0, size) {
		if tile.W < width && int64(tile.W) != size>>uint(height*tile.L)-tile.N*width {
			continue // a narrower tile, which only a smaller tree needed
		}
		expected, err := tlog.ReadTileData(tile, hashes)
		if err != nil {
			return err
		}
		found, err := readTile(folder, tile)
		if err != nil {
			return err
		}
		if !bytes.Equal(expected, found) {
			return fmt.Errorf("%s is not what the entries give", c2spPath(tile))
		}
	}
	return nil
}

// tiles gives package tlog the tiles of a folder; that package checks them against the signed root.
type tiles struct {
	folder string
	size   int64
}

func (t *tiles) Height() int                     { return height }
func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t *tiles) ReadTiles(asked []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(asked))
	for i, tile := range asked {
		data, err := readTile(t.folder, tile)
		if err != nil {
			return nil, err
		}
		found[i] = data
	}
	return found, nil
}

func proveInclusions(tree tlog.Tree, reader tlog.HashReader, hashes stored) error {
	step := tree.N/mostProof + 1
	for index := int64(0); index < tree.N; index += step {
		proof, err := tlog.ProveRecord(tree.N, index, reader)
		if err != nil {
			return fmt.Errorf("inclusion of %d: %w", index, err)
		}
		leaf := hashes[tlog.StoredHashIndex(0, index)]
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf); err != nil {
			return fmt.Errorf("inclusion of %d: %w", index, err)
		}
	}
	return nil
}

func proveConsistency(known keys, name string, tree tlog.Tree, reader tlog.HashReader) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	old, err := openCheckpoint(keys{log: known.log}, data)
	if err != nil {
		return err
	}
	if old.N > tree.N {
		return fmt.Errorf("it has %d entries, the log %d", old.N, tree.N)
	}
	if old.N == 0 {
		return nil
	}
	proof, err := tlog.ProveTree(tree.N, old.N, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
}

// --- receipts ----------------------------------------------------------------------------------------

func auditReceipt(known keys, proofFile, entryFile string) error {
	data, err := os.ReadFile(proofFile)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(entryFile)
	if err != nil {
		return err
	}
	return checkReceipt(known, data, entry)
}

// auditReceiptBeside checks an entry, a newline and its receipt in one file, as it lies beside a bundle.
func auditReceiptBeside(known keys, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	entry, proof, found := bytes.Cut(data, []byte("\n"))
	if !found {
		return errors.New("the receipt has no entry")
	}
	return checkReceipt(known, proof, entry)
}

func checkReceipt(known keys, data, entry []byte) error {
	head, checkpoint, found := strings.Cut(string(data), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" || len(lines) < 2 {
		return errors.New("the receipt is not a tlog-proof")
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") && len(lines) > 1 {
		lines = lines[1:]
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil || "index "+strconv.FormatInt(index, 10) != lines[0] {
		return errors.New("the receipt has no index")
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	tree, err := openCheckpoint(known, []byte(checkpoint))
	if err != nil {
		return err
	}
	if index < 0 || index >= tree.N {
		return errors.New("the index is not in the tree")
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry))
}

// --- bundles -----------------------------------------------------------------------------------------

// proofLine is a line of proofs.jsonl (an index) or of consistency.jsonl (from, to).
type proofLine struct {
	Index    int64
	From, To int64
	Path     []tlog.Hash
}

// auditBundle checks each entry's inclusion, and that the checkpoint continues every anchor.
func auditBundle(known keys, bag string) error {
	data, err := os.ReadFile(filepath.Join(bag, "data", "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(known, data)
	if err != nil {
		return err
	}
	entries, err := readLines(filepath.Join(bag, "data", "entries.jsonl"))
	if err != nil {
		return err
	}
	proofs, err := readProofs(filepath.Join(bag, "data", "proofs.jsonl"))
	if err != nil {
		return err
	}
	if len(entries) == 0 || len(entries) != len(proofs) {
		return fmt.Errorf("%d entries with %d proofs", len(entries), len(proofs))
	}
	for i, proof := range proofs {
		leaf := tlog.RecordHash(entries[i])
		if proof.Index < 0 || proof.Index >= tree.N {
			return fmt.Errorf("inclusion of %d: not in the tree", proof.Index)
		}
		if err := tlog.CheckRecord(proof.Path, tree.N, tree.Hash, proof.Index, leaf); err != nil {
			return fmt.Errorf("inclusion of %d: %w", proof.Index, err)
		}
	}
	return auditAnchors(known, bag, tree)
}

func auditAnchors(known keys, bag string, tree tlog.Tree) error {
	ties, err := readProofs(filepath.Join(bag, "data", "consistency.jsonl"))
	if err != nil {
		return err
	}
	for _, tie := range ties {
		name := filepath.Join(bag, "data", "anchors", fmt.Sprintf("%d.checkpoint", tie.From))
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		old, err := openCheckpoint(keys{log: known.log}, data)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if old.N != tie.From || tree.N != tie.To {
			return fmt.Errorf("%s: a proof between other sizes", name)
		}
		if err := tlog.CheckTree(tie.Path, tree.N, tree.Hash, old.N, old.Hash); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func readLines(name string) ([][]byte, error) {
	data, err := os.ReadFile(name)
	if err != nil || len(data) == 0 {
		return nil, err
	}
	return bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n")), nil
}

func readProofs(name string) ([]proofLine, error) {
	lines, err := readLines(name)
	if err != nil {
		return nil, err
	}
	found := make([]proofLine, len(lines))
	for i, line := range lines {
		if err := json.Unmarshal(line, &found[i]); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", name, i+1, err)
		}
	}
	return found, nil
}

// --- notes -------------------------------------------------------------------------------------------

// openCheckpoint checks the log's signature, the origin, and that every witness has cosigned.
func openCheckpoint(known keys, data []byte) (tlog.Tree, error) {
	all := append([]note.Verifier{known.log}, known.witnesses...)
	opened, err := note.Open(data, note.VerifierList(all...))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("checkpoint: %w", err)
	}
	for _, wanted := range all {
		if !hasSigned(opened, wanted) {
			return tlog.Tree{}, fmt.Errorf("checkpoint: %s has not signed", wanted.Name())
		}
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != known.log.Name() {
		return tlog.Tree{}, errors.New("checkpoint: not three lines under the log's name")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, errors.New("checkpoint: the size is no number")
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func hasSigned(opened *note.Note, wanted note.Verifier) bool {
	for _, signature := range opened.Sigs {
		if signature.Name == wanted.Name() && signature.Hash == wanted.KeyHash() {
			return true
		}
	}
	return false
}

func readKeys(logKey string, witnessKeys []string) (keys, error) {
	log, err := note.NewVerifier(logKey)
	if err != nil {
		return keys{}, fmt.Errorf("-key: %w", err)
	}
	known := keys{log: log}
	for _, text := range witnessKeys {
		witness, err := newCosigner(text)
		if err != nil {
			return keys{}, fmt.Errorf("-witness: %w", err)
		}
		known.witnesses = append(known.witnesses, witness)
	}
	return known, nil
}

// cosigner verifies lines of type 0x04: a time and an Ed25519 signature over it and the text.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(vkey string) (*cosigner, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("not a vkey")
	}
	typed, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(typed) != 33 || typed[0] != 4 {
		return nil, errors.New("not a key of type 0x04")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), typed...))
	hash := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		return nil, errors.New("the id is not of this key")
	}
	return &cosigner{parts[0], hash, typed[1:]}, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(signature)
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, text)
	return ed25519.Verify(c.key, []byte(message), signature[8:])
}

// --- files -------------------------------------------------------------------------------------------

// tilePath is the end of a tile's path: package tlog's own, without its height and level.
func tilePath(number int64, count int) string {
	path := tlog.Tile{H: height, L: 0, N: number, W: count}.Path()
	return strings.TrimPrefix(path, fmt.Sprintf("tile/%d/0/", height))
}

func c2spPath(tile tlog.Tile) string {
	return fmt.Sprintf("tile/%d/%s", tile.L, tilePath(tile.N, tile.W))
}

func readTile(folder string, tile tlog.Tile) ([]byte, error) {
	data, err := readPartial(folder, c2spPath(tile), tile.W)
	if err != nil {
		return nil, err
	}
	length := tile.W * tlog.HashSize
	if len(data) < length || (len(data) > length && !isFull(folder, c2spPath(tile))) {
		return nil, fmt.Errorf("%s has %d bytes", c2spPath(tile), len(data))
	}
	return data[:length], nil
}

// readPartial reads a file; a partial one may have given way to the full one.
func readPartial(folder, path string, count int) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(folder, path))
	if errors.Is(err, os.ErrNotExist) && count < width {
		whole, _, _ := strings.Cut(path, ".p/")
		return os.ReadFile(filepath.Join(folder, whole))
	}
	return data, err
}

// isFull tells whether a partial path is read from the full file.
func isFull(folder, path string) bool {
	_, err := os.Stat(filepath.Join(folder, path))
	return errors.Is(err, os.ErrNotExist)
}
