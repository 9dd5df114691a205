// A chaincode as a service, for fabkube's tests: it keeps texts under keys, and is told what to do as its pod is told.
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/hyperledger/fabric-chaincode-go/shim"
	"github.com/hyperledger/fabric-protos-go/peer"
)

type store struct{}

func (store) Init(shim.ChaincodeStubInterface) peer.Response {
	return shim.Success(nil)
}

// Invoke takes `put KEY TEXT` and `get KEY`.
func (store) Invoke(stub shim.ChaincodeStubInterface) peer.Response {
	function, arguments := stub.GetFunctionAndParameters()
	switch {
	case function == "put" && len(arguments) == 2:
		if err := stub.PutState(arguments[0], []byte(arguments[1])); err != nil {
			return shim.Error(err.Error())
		}
		return shim.Success(nil)
	case function == "get" && len(arguments) == 1:
		text, err := stub.GetState(arguments[0])
		if err != nil {
			return shim.Error(err.Error())
		}
		return shim.Success(text)
	default:
		return shim.Error(fmt.Sprintf("%s of %d arguments is not known", function, len(arguments)))
	}
}

func read(variable string) []byte {
	bytes, err := os.ReadFile(os.Getenv(variable))
	if err != nil {
		log.Fatal(err)
	}
	return bytes
}

func main() {
	tls := shim.TLSProperties{Disabled: os.Getenv("CHAINCODE_TLS_DISABLED") == "true"}
	if !tls.Disabled {
		tls.Key, tls.Cert = read("CHAINCODE_TLS_KEY"), read("CHAINCODE_TLS_CERT")
	}
	server := shim.ChaincodeServer{
		CCID:     os.Getenv("CHAINCODE_ID"),
		Address:  os.Getenv("CHAINCODE_SERVER_ADDRESS"),
		CC:       store{},
		TLSProps: tls,
	}
	log.Fatal(server.Start())
}
