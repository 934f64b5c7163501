// A second opinion on the registry's log: golang.org/x/mod/sumdb, asked in JSON.
//
// Standard input holds one request and standard output gets one answer. Bytes are base64, as encoding/json has it.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type inclusion struct {
	Index, Size int64
	Leaf, Root  tlog.Hash
	Proof       tlog.RecordProof
}

type consistency struct {
	First, Second         int64
	FirstRoot, SecondRoot tlog.Hash
	Proof                 tlog.TreeProof
}

type opening struct {
	Note []byte
	Keys []string
}

type signing struct {
	Text, Name string
	Key        []byte // 32 bytes: the seed of RFC 8032
}

type request struct {
	Leaves        [][]byte   // the log; data, not hashes
	Roots         []int64    // sizes
	Inclusions    [][2]int64 // index, size
	Consistencies [][2]int64 // first, second
	CheckIncluded []inclusion
	CheckGrown    []consistency
	Open          []opening
	Sign          []signing
	Trees         []string // checkpoints of the origin "go.sum database tree"
}

type opened struct {
	Text  string
	Error string
}

type signed struct {
	Note     []byte
	Verifier string
}

type tree struct {
	Size  int64
	Root  tlog.Hash
	Again string
	Error string
}

type answer struct {
	Roots         []tlog.Hash
	Inclusions    []tlog.RecordProof
	Consistencies []tlog.TreeProof
	CheckIncluded []string // what is wrong; "" is nothing
	CheckGrown    []string
	Open          []opened
	Sign          []signed
	Trees         []tree
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func said(err error) string {
	if err != nil {
		return err.Error()
	}
	return ""
}

// stored is a log as tlog lays it out: one list of hashes.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(s)) {
			return nil, fmt.Errorf("hash %d of %d", index, len(s))
		}
		hashes[i] = s[index]
	}
	return hashes, nil
}

func (s *stored) append(number int64, leaf []byte) {
	*s = append(*s, must(tlog.StoredHashes(number, leaf, *s))...)
}

func open(asked opening) opened {
	var verifiers []note.Verifier
	for _, key := range asked.Keys {
		verifiers = append(verifiers, must(note.NewVerifier(key)))
	}
	found, err := note.Open(asked.Note, note.VerifierList(verifiers...))
	if err != nil {
		return opened{Error: said(err)}
	}
	return opened{Text: found.Text}
}

func sign(asked signing) signed {
	private := ed25519.NewKeyFromSeed(asked.Key)
	verifierKey := must(note.NewEd25519VerifierKey(asked.Name, private.Public().(ed25519.PublicKey)))
	verifier := must(note.NewVerifier(verifierKey))
	encoded := base64.StdEncoding.EncodeToString(append([]byte{1}, asked.Key...))
	signer := must(note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", asked.Name, verifier.KeyHash(), encoded)))
	return signed{must(note.Sign(&note.Note{Text: asked.Text}, signer)), verifierKey}
}

func parse(text string) tree {
	found, err := tlog.ParseTree([]byte(text))
	return tree{found.N, found.Hash, string(tlog.FormatTree(found)), said(err)}
}

func main() {
	log.SetFlags(0)
	var asked request
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		log.Fatal(err)
	}
	var hashes stored
	for number, leaf := range asked.Leaves {
		hashes.append(int64(number), leaf)
	}
	var out answer
	for _, size := range asked.Roots {
		out.Roots = append(out.Roots, must(tlog.TreeHash(size, hashes)))
	}
	for _, pair := range asked.Inclusions {
		out.Inclusions = append(out.Inclusions, must(tlog.ProveRecord(pair[1], pair[0], hashes)))
	}
	for _, pair := range asked.Consistencies {
		out.Consistencies = append(out.Consistencies, must(tlog.ProveTree(pair[1], pair[0], hashes)))
	}
	for _, c := range asked.CheckIncluded {
		out.CheckIncluded = append(out.CheckIncluded, said(tlog.CheckRecord(c.Proof, c.Size, c.Root, c.Index, c.Leaf)))
	}
	for _, c := range asked.CheckGrown {
		out.CheckGrown = append(out.CheckGrown,
			said(tlog.CheckTree(c.Proof, c.Second, c.SecondRoot, c.First, c.FirstRoot)))
	}
	for _, wanted := range asked.Open {
		out.Open = append(out.Open, open(wanted))
	}
	for _, wanted := range asked.Sign {
		out.Sign = append(out.Sign, sign(wanted))
	}
	for _, text := range asked.Trees {
		out.Trees = append(out.Trees, parse(text))
	}
	var written bytes.Buffer
	if err := json.NewEncoder(&written).Encode(out); err != nil {
		log.Fatal(err)
	}
	if _, err := written.WriteTo(os.Stdout); err != nil {
		log.Fatal(err)
	}
}
