package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// What docs/liabilities.md says of published balances.
const (
	liabilitiesType = 7
	leafPrefix      = 0
	nodePrefix      = 1
	whoPrefix       = 2
)

// A node of a tree of balances.
type sumNode struct {
	hash tlog.Hash
	sum  int64
}

func (n sumNode) bytes() []byte {
	return binary.BigEndian.AppendUint64(append([]byte{}, n.hash[:]...), uint64(n.sum))
}

func sumLeaf(salt []byte, name string, balance int64) sumNode {
	who := sha256.Sum256(bytes.Join([][]byte{{whoPrefix}, salt, []byte(name)}, nil))
	node := sumNode{who, balance}
	return sumNode{sha256.Sum256(append([]byte{leafPrefix}, node.bytes()...)), balance}
}

// What stands above two nodes; neither sum may be below 0, nor both come to more than fits.
func joinSums(left, right sumNode) (sumNode, error) {
	if left.sum < 0 || right.sum < 0 || left.sum > math.MaxInt64-right.sum {
		return sumNode{}, errors.New("a sum is below 0, or too large")
	}
	hash := sha256.Sum256(bytes.Join([][]byte{{nodePrefix}, left.bytes(), right.bytes()}, nil))
	return sumNode{hash, left.sum + right.sum}, nil
}

// The root that a leaf and its way lead to, in a tree of the shape of RFC 6962.
func sumRoot(node sumNode, path []sumNode, index, leaves int64) (sumNode, error) {
	if index < 0 || index >= leaves {
		return node, errors.New("there is no such leaf")
	}
	if leaves == 1 {
		if len(path) > 0 || node.sum < 0 {
			return node, errors.New("the way is too long, or the balance below 0")
		}
		return node, nil
	}
	left := int64(1)
	for left*2 < leaves {
		left *= 2
	}
	if len(path) == 0 {
		return node, errors.New("the way is too short")
	}
	last, rest := path[len(path)-1], path[:len(path)-1]
	if index < left {
		below, err := sumRoot(node, rest, index, left)
		if err != nil {
			return node, err
		}
		return joinSums(below, last)
	}
	below, err := sumRoot(node, rest, index-left, leaves-left)
	if err != nil {
		return node, err
	}
	return joinSums(last, below)
}

// The lines of a proof of a balance, before that of the log.
type balanceProof struct {
	asset, day, side string
	salt             []byte
	balance, index   int64
	path             []sumNode
}

// A number as it has to be written: one way for each.
func parseInt(text string) (int64, error) {
	number, err := strconv.ParseInt(text, 10, 64)
	if err == nil && strconv.FormatInt(number, 10) != text {
		err = errors.New("a number is not written as it has to be")
	}
	return number, err
}

func parseNode(line string) (sumNode, error) {
	sum, hash, _ := strings.Cut(line, " ")
	number, err := parseInt(sum)
	if err != nil {
		return sumNode{}, err
	}
	parsed, err := tlog.ParseHash(hash)
	return sumNode{parsed, number}, err
}

func parseBalance(lines []string) (proof balanceProof, err error) {
	if len(lines) < 7 || lines[0] != "pointsvault-balance@v1" {
		return proof, errors.New("not a proof of a balance")
	}
	values := map[string]string{}
	for i, name := range []string{"asset", "day", "side", "salt", "balance", "leaf"} {
		if !strings.HasPrefix(lines[i+1], name+" ") {
			return proof, fmt.Errorf("line %d is not its %s", i+2, name)
		}
		values[name] = lines[i+1][len(name)+1:]
	}
	proof.asset, proof.day, proof.side = values["asset"], values["day"], values["side"]
	if proof.salt, err = base64.StdEncoding.DecodeString(values["salt"]); err != nil || len(proof.salt) != saltBytes {
		return proof, errors.New("the salt is none")
	}
	if proof.balance, err = parseInt(values["balance"]); err != nil {
		return proof, err
	}
	if proof.index, err = parseInt(values["leaf"]); err != nil {
		return proof, err
	}
	for _, line := range lines[7:] {
		if !strings.HasPrefix(line, "node ") {
			return proof, errors.New("a line is no node")
		}
		node, err := parseNode(line[len("node "):])
		if err != nil {
			return proof, err
		}
		proof.path = append(proof.path, node)
	}
	return proof, nil
}

// What was published: leaves, total and root of one side.
func publishedSide(leaf []byte, proof balanceProof) (int64, sumNode, error) {
	first := map[string]int{"owed": 5, "due": 8}[proof.side]
	found, err := fields(leaf)
	if err != nil {
		return 0, sumNode{}, err
	}
	number := func(field int) int64 {
		if len(found[field]) != 8 {
			return -1
		}
		return int64(binary.BigEndian.Uint64(found[field]))
	}
	day := time.Unix(0, 0).UTC().AddDate(0, 0, int(number(3))).Format("2006-01-02")
	if leaf[1] != liabilitiesType || first == 0 || len(found[first+2]) != tlog.HashSize {
		return 0, sumNode{}, errors.New("the leaf in the log is not of published balances")
	}
	if string(found[2]) != proof.asset || day != proof.day {
		return 0, sumNode{}, fmt.Errorf("the leaf in the log is of %s of %s", found[2], day)
	}
	root := sumNode{sum: number(first + 1)}
	copy(root.hash[:], found[first+2])
	return number(first), root, nil
}

// That a member's balance is in the total that was published.
func checkBalance(file, key, name string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	own, log, found := strings.Cut(string(data), "\n\n")
	if !found {
		return errors.New("there is no proof of the log in it")
	}
	proof, err := parseBalance(strings.Split(own, "\n"))
	if err != nil {
		return err
	}
	entry, rest, err := provenLeaf([]byte(log), key)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return errors.New("there is something behind the leaf")
	}
	leaves, published, err := publishedSide(entry, proof)
	if err != nil {
		return err
	}
	root, err := sumRoot(sumLeaf(proof.salt, name, proof.balance), proof.path, proof.index, leaves)
	if err != nil {
		return err
	}
	if root != published {
		return errors.New("it leads to another root or total than was published")
	}
	fmt.Printf("%s %d %s on %s is in the total of %d of %d members\n", proof.asset, proof.balance, proof.side, proof.day, published.sum, leaves)
	return nil
}
