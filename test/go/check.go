// check: says whether what was published of a log holds, from files alone, by the code
// of golang.org/x/mod/sumdb, which knows nothing of the vault.
//
//	check log FOLDER KEY                    checkpoint, every tile and every entry
//	check proof FILE KEY [FIELD=TEXT ...]   that an entry is in the log; what its salted fields say
//	check growth FILE KEY OLD-CHECKPOINT    that a log begins with an older one
//	check leaf FOLDER KEY INDEX             the fields of an entry
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

// Tiles in a folder, by tlog-tiles: as tlog names them, without the height.
type folder string

func (f folder) path(tile tlog.Tile) string {
	name := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	return filepath.Join(string(f), "tile", strings.Replace(name, "data/", "entries/", 1))
}

func (f folder) Height() int { return height }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(f.path(tile))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

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

// Every tile of hashes there has to be, whether a proof needs it or not.
func checkTiles(f folder, tree tlog.Tree, hashes tlog.HashReader) error {
	for level := 0; tree.N>>(height*level) > 0; level++ {
		count := tree.N >> (height * level)
		for number := int64(0); number*width < count; number++ {
			tile := tlog.Tile{H: height, L: level, N: number, W: width}
			if rest := count - number*width; rest < width {
				tile.W = int(rest)
			}
			data, err := os.ReadFile(f.path(tile))
			if err != nil {
				return err
			}
			var indexes []int64
			for i := int64(0); i < int64(tile.W); i++ {
				indexes = append(indexes, tlog.StoredHashIndex(height*level, number*width+i))
			}
			expected, err := hashes.ReadHashes(indexes)
			if err != nil {
				return err
			}
			var all []byte
			for _, hash := range expected {
				all = append(all, hash[:]...)
			}
			if !bytes.Equal(all, data) {
				return fmt.Errorf("%s is not what the root is of", f.path(tile))
			}
		}
	}
	return nil
}

func checkLog(f folder, key string) error {
	tree, err := openFolder(f, key)
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, f)
	for number := int64(0); number*width < tree.N; number++ {
		entries, err := readBundle(f, number, tree.N)
		if err != nil {
			return err
		}
		for i, entry := range entries {
			index := number*width + int64(i)
			found, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
			if err != nil {
				return err
			}
			if found[0] != tlog.RecordHash(entry) {
				return fmt.Errorf("entry %d is not that of the log", index)
			}
			if _, err = fields(entry); err != nil {
				return fmt.Errorf("entry %d: %v", index, err)
			}
		}
	}
	if err = checkTiles(f, tree, hashes); err == nil {
		fmt.Printf("log of %d entries holds\n", tree.N)
	}
	return err
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
func readProof(file, key string) ([]string, tlog.Tree, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, tlog.Tree{}, err
	}
	// a blank line at the end is psql's
	parts := strings.SplitN(strings.TrimRight(string(data), "\n")+"\n", "\n\n", 2)
	if len(parts) != 2 {
		return nil, tlog.Tree{}, errors.New("there is no checkpoint in it")
	}
	tree, err := openCheckpoint([]byte(parts[1]), key)
	return strings.Split(parts[0], "\n"), tree, err
}

func checkProof(file, key string, texts []string) error {
	lines, tree, err := readProof(file, key)
	if err != nil {
		return err
	}
	if len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "extra ") ||
		!strings.HasPrefix(lines[2], "index ") {
		return errors.New("not a tlog-proof")
	}
	extra, err := base64.StdEncoding.DecodeString(lines[1][len("extra "):])
	if err != nil || len(extra) < 2 || len(extra) != 2+int(binary.BigEndian.Uint16(extra))+saltBytes {
		return errors.New("its extra line is no leaf with a salt")
	}
	leaf, salt := extra[2:len(extra)-saltBytes], extra[len(extra)-saltBytes:]
	index, err := strconv.ParseInt(lines[2][len("index "):], 10, 64)
	if err != nil {
		return err
	}
	hashes, err := readHashes(lines[3:])
	if err != nil {
		return err
	}
	if err = tlog.CheckRecord(tlog.RecordProof(hashes), tree.N, tree.Hash, index, tlog.RecordHash(leaf)); err != nil {
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
	}
	return errors.New("usage: check log|proof|growth|leaf ...")
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Println("check:", err)
		os.Exit(1)
	}
}
