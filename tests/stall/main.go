// The comparison's Go server: net/http as its documentation shows it, with time limits if they are
// given.
package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"
)

// main.go CHAIN.pem KEY.pem FOLDER TIMEOUT: what is told as "0s" has no limit, as in a plain
// ListenAndServeTLS.
func main() {
	timeout, err := time.ParseDuration(os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", listener.Addr())
	server := http.Server{
		Handler:           http.FileServer(http.Dir(os.Args[3])),
		TLSConfig:         &tls.Config{MaxVersion: tls.VersionTLS12},
		ReadHeaderTimeout: timeout,
		WriteTimeout:      timeout,
		IdleTimeout:       timeout,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	log.Fatal(server.ServeTLS(listener, os.Args[1], os.Args[2]))
}
