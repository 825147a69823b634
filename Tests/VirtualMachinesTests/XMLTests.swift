import Testing

@testable import VirtualMachines

@Suite struct XMLScannerTests {}
