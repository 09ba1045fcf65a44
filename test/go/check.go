// check: says whether what was published of a log holds, from files alone, by the code
// of golang.org/x/mod/sumdb, which knows nothing of the vault.
//
//	check log FOLDER KEY                    checkpoint, every tile and every entry
//	check proof FILE KEY [FIELD=TEXT ...]   that an entry is in the log; what its salted fields say
//	check growth FILE KEY OLD-CHECKPOINT    that a log begins with an older one
//	check leaf FOLDER KEY INDEX             the fields of an entry
//	check balance FILE KEY NAME             that a member's balance is in a published total
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8
const width = 1 << height
const saltBytes = 16

// A signed note whose signature holds, as the tree that it is of.
func openCheckpoint(signed []byte, key string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	return parseTree(opened.Text, verifier.Name())
}

func parseTree(text, origin string) (tlog.Tree, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] != origin {
		return tlog.Tree{}, errors.New("not a checkpoint of " + origin)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// A log in a folder, by tlog-tiles: as tlog names its files, without the height.
type folder string

func (f folder) path(tile tlog.Tile) string {
	name := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	return filepath.Join(string(f), "tile", strings.Replace(name, "data/", "entries/", 1))
}

func split(bundle []byte) ([][]byte, error) {
	var entries [][]byte
	for len(bundle) > 0 {
		if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
			return nil, errors.New("a bundle ends within an entry")
		}
		end := 2 + int(binary.BigEndian.Uint16(bundle))
		entries = append(entries, bundle[2:end])
		bundle = bundle[end:]
	}
	return entries, nil
}

func readBundle(f folder, number, size int64) ([][]byte, error) {
	tile := tlog.Tile{H: height, L: -1, N: number, W: width}
	if rest := size - number*width; rest < width {
		tile.W = int(rest)
	}
	data, err := os.ReadFile(f.path(tile))
	if err != nil {
		return nil, err
	}
	entries, err := split(data)
	if err == nil && len(entries) != tile.W {
		err = fmt.Errorf("bundle %d has %d entries, not %d", number, len(entries), tile.W)
	}
	return entries, err
}

func openFolder(f folder, key string) (tlog.Tree, error) {
	signed, err := os.ReadFile(filepath.Join(string(f), "checkpoint"))
	if err != nil {
		return tlog.Tree{}, err
	}
	return openCheckpoint(signed, key)
}

// The last tile of a level, as it grows.
type edge struct {
	tile tlog.Tile
	data []byte
}

// All tiles of a log, made again from its entries: each has to be in its file byte for
// byte, whether a proof needs it or not.  tlog.TileHashReader is not asked, as it does not
// read tiles that no hash is asked of, and leaves some that it reads unchecked: those it
// reads next to the root's, as many as the root needs hashes of one and the same tile.
type tree struct {
	folder folder
	edges  []*edge
}

func (t *tree) add(level int, hash tlog.Hash) error {
	if level == len(t.edges) {
		t.edges = append(t.edges, &edge{tile: tlog.Tile{H: height, L: level}})
	}
	e := t.edges[level]
	e.data = append(e.data, hash[:]...)
	if e.tile.W++; e.tile.W < width {
		return nil
	}
	if err := t.compare(e); err != nil {
		return err
	}
	above, err := hashOf(e)
	if err != nil {
		return err
	}
	e.tile.N, e.tile.W, e.data = e.tile.N+1, 0, e.data[:0]
	return t.add(level+1, above)
}

// The hash of a full tile: what stands above its two halves.
func hashOf(e *edge) (tlog.Hash, error) {
	half := height*(e.tile.L+1) - 1
	left, err := tlog.HashFromTile(e.tile, e.data, tlog.StoredHashIndex(half, 2*e.tile.N))
	if err != nil {
		return left, err
	}
	right, err := tlog.HashFromTile(e.tile, e.data, tlog.StoredHashIndex(half, 2*e.tile.N+1))
	return tlog.NodeHash(left, right), err
}

func (t *tree) compare(e *edge) error {
	data, err := os.ReadFile(t.folder.path(e.tile))
	if err == nil && !bytes.Equal(data, e.data) {
		err = fmt.Errorf("%s is not what its entries come to", t.folder.path(e.tile))
	}
	return err
}

// For tlog.TreeHash, which needs hashes of tiles that are not full alone.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, index := range indexes {
		level, _ := tlog.SplitStoredHashIndex(index)
		e := t.edges[level/height]
		hash, err := tlog.HashFromTile(e.tile, e.data, index)
		if err != nil {
			return nil, err
		}
		found = append(found, hash)
	}
	return found, nil
}

func (t *tree) compareEdges() error {
	for _, e := range t.edges {
		if e.tile.W == 0 {
			continue
		}
		if err := t.compare(e); err != nil {
			return err
		}
	}
	return nil
}

func (t *tree) addBundle(number, size int64) error {
	entries, err := readBundle(t.folder, number, size)
	if err != nil {
		return err
	}
	for i, entry := range entries {
		if _, err = fields(entry); err != nil {
			return fmt.Errorf("entry %d: %v", number*width+int64(i), err)
		}
		if err = t.add(0, tlog.RecordHash(entry)); err != nil {
			return err
		}
	}
	return nil
}

func checkLog(f folder, key string) error {
	signed, err := openFolder(f, key)
	if err != nil {
		return err
	}
	made := &tree{folder: f}
	for number := int64(0); number*width < signed.N; number++ {
		if err = made.addBundle(number, signed.N); err != nil {
			return err
		}
	}
	if err = made.compareEdges(); err != nil {
		return err
	}
	root, err := tlog.TreeHash(signed.N, made)
	if err != nil {
		return err
	}
	if root != signed.Hash {
		return errors.New("the root that was signed is not that of the entries")
	}
	fmt.Printf("log of %d entries holds\n", signed.N)
	return nil
}

// What docs/leaf.md says a leaf is.
func fields(leaf []byte) (map[int][]byte, error) {
	found := map[int][]byte{}
	last := 0
	if len(leaf) < 2 || leaf[0] != 1 {
		return nil, errors.New("not a leaf of version 1")
	}
	for rest := leaf[2:]; len(rest) > 0; {
		if len(rest) < 3 || len(rest)-3 < int(binary.BigEndian.Uint16(rest[1:])) {
			return nil, errors.New("it ends within a field")
		}
		number, end := int(rest[0]), 3+int(binary.BigEndian.Uint16(rest[1:]))
		if number&0x7f <= last {
			return nil, errors.New("its fields are not in order")
		}
		found[number] = rest[3:end]
		last, rest = number&0x7f, rest[end:]
	}
	return found, nil
}

func readHashes(lines []string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

// The lines before the checkpoint, and the checkpoint.
func parseProof(data []byte, key string) ([]string, tlog.Tree, error) {
	// a blank line at the end is psql's
	parts := strings.SplitN(strings.TrimRight(string(data), "\n")+"\n", "\n\n", 2)
	if len(parts) != 2 {
		return nil, tlog.Tree{}, errors.New("there is no checkpoint in it")
	}
	tree, err := openCheckpoint([]byte(parts[1]), key)
	return strings.Split(parts[0], "\n"), tree, err
}

func readProof(file, key string) ([]string, tlog.Tree, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, tlog.Tree{}, err
	}
	return parseProof(data, key)
}

// The leaf that a tlog-proof is of, once that holds, and what follows it in the extra line.
func provenLeaf(data []byte, key string) (leaf, rest []byte, err error) {
	lines, tree, err := parseProof(data, key)
	if err != nil {
		return nil, nil, err
	}
	if len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "extra ") ||
		!strings.HasPrefix(lines[2], "index ") {
		return nil, nil, errors.New("not a tlog-proof")
	}
	extra, err := base64.StdEncoding.DecodeString(lines[1][len("extra "):])
	if err != nil || len(extra) < 2 || len(extra)-2 < int(binary.BigEndian.Uint16(extra)) {
		return nil, nil, errors.New("its extra line is no leaf")
	}
	end := 2 + int(binary.BigEndian.Uint16(extra))
	index, err := strconv.ParseInt(lines[2][len("index "):], 10, 64)
	if err != nil {
		return nil, nil, err
	}
	hashes, err := readHashes(lines[3:])
	if err != nil {
		return nil, nil, err
	}
	err = tlog.CheckRecord(tlog.RecordProof(hashes), tree.N, tree.Hash, index, tlog.RecordHash(extra[2:end]))
	return extra[2:end], extra[end:], err
}

func checkProof(file, key string, texts []string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	leaf, salt, err := provenLeaf(data, key)
	if err == nil && len(salt) != saltBytes {
		err = errors.New("its extra line has no salt")
	}
	if err != nil {
		return err
	}
	return showLeaf(leaf, salt, texts)
}

func showLeaf(leaf, salt []byte, texts []string) error {
	found, err := fields(leaf)
	if err != nil {
		return err
	}
	fmt.Printf("%s with ref %s holds\n", found[2], found[8])
	for _, text := range texts {
		parts := strings.SplitN(text, "=", 2)
		number, err := strconv.Atoi(parts[0])
		if err != nil || len(parts) != 2 {
			return errors.New("a field is named by its number")
		}
		hash := sha256.Sum256(bytes.Join([][]byte{salt, {byte(number)}, found[1], []byte(parts[1])}, nil))
		if !bytes.Equal(hash[:], found[number]) {
			return fmt.Errorf("field %d says something else", number)
		}
	}
	return nil
}

func checkGrowth(file, key, old string) error {
	lines, tree, err := readProof(file, key)
	if err != nil {
		return err
	}
	oldNote, err := os.ReadFile(old)
	if err != nil {
		return err
	}
	oldTree, err := parseTree(strings.SplitN(string(oldNote), "\n\n", 2)[0]+"\n", strings.SplitN(string(oldNote), "\n", 2)[0])
	if err != nil {
		return err
	}
	if lines[0] != fmt.Sprintf("old %d", oldTree.N) {
		return errors.New("it is of another older size")
	}
	hashes, err := readHashes(lines[1:])
	if err != nil {
		return err
	}
	if err = tlog.CheckTree(tlog.TreeProof(hashes), tree.N, tree.Hash, oldTree.N, oldTree.Hash); err == nil {
		fmt.Printf("growth from %d to %d holds\n", oldTree.N, tree.N)
	}
	return err
}

func printLeaf(f folder, key, at string) error {
	tree, err := openFolder(f, key)
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(at, 10, 64)
	if err != nil || index >= tree.N {
		return errors.New("no such entry")
	}
	entries, err := readBundle(f, index/width, tree.N)
	if err != nil {
		return err
	}
	leaf := entries[index%width]
	found, err := fields(leaf)
	fmt.Printf("type %d\n", leaf[1])
	for number := 1; number < 256; number++ {
		if value, ok := found[number]; ok {
			fmt.Printf("%d %q\n", number, value)
		}
	}
	return err
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "log":
		return checkLog(folder(args[1]), args[2])
	case len(args) >= 3 && args[0] == "proof":
		return checkProof(args[1], args[2], args[3:])
	case len(args) == 4 && args[0] == "growth":
		return checkGrowth(args[1], args[2], args[3])
	case len(args) == 4 && args[0] == "leaf":
		return printLeaf(folder(args[1]), args[2], args[3])
	case len(args) == 4 && args[0] == "balance":
		return checkBalance(args[1], args[2], args[3])
	}
	return errors.New("usage: check log|proof|growth|leaf|balance ...")
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Println("check:", err)
		os.Exit(1)
	}
}
