"""OpenTelemetry's protocol: HTTP and gRPC, protobuf and JSON."""
