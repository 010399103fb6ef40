//go:build tools

// Package tools names the commands that the Makefile installs, so that go.mod and go.sum pin them.
package tools

import _ "github.com/openshift/source-to-image/cmd/s2i"
