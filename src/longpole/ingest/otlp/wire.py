"""OTLP's protobuf messages under descriptors of our own: the same bytes, read in the cheapest way.

Attributes are declared as `repeated bytes` instead of `repeated KeyValue`, and
texts as `bytes`: on the wire these are the same. Parsing then makes no object
per attribute (most of them repeat and are looked up by their bytes, see
`values_protobuf`), and a text that is no UTF-8 spoils its own span instead of
the whole request.

    TracesRequest ─ ResourceSpans ─ ScopeSpans ─ Span          all at once
    SplitTracesRequest ─ … ─ ScopeSpans ─ bytes                span by span, where one of them is broken

Upstream: protobuf. Downstream: `decode_protobuf`, `values_protobuf`.
Source: opentelemetry-proto 1.11, common/v1, resource/v1, trace/v1, logs/v1.
"""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE = "longpole.otlp"

# name, number, type (`*` before it: repeated); a capitalised type is a message of this file
_MESSAGES: dict[str, tuple[tuple[str, int, str], ...]] = {
    "KeyValue": (("key", 1, "bytes"), ("value", 2, "AnyValue")),
    "AnyValue": (
        ("string_value", 1, "bytes"),
        ("bool_value", 2, "bool"),
        ("int_value", 3, "int64"),
        ("double_value", 4, "double"),
        ("array_value", 5, "Items"),
        ("kvlist_value", 6, "Items"),
        ("bytes_value", 7, "bytes"),
    ),
    "Items": (("values", 1, "*bytes"),),
    "Resource": (("attributes", 1, "*bytes"),),
    "Scope": (("name", 1, "bytes"),),
    "Status": (("message", 2, "bytes"), ("code", 3, "int32")),
    "Event": (("time_unix_nano", 1, "fixed64"), ("name", 2, "bytes"), ("attributes", 3, "*bytes")),
    "Link": (("trace_id", 1, "bytes"), ("span_id", 2, "bytes"), ("attributes", 4, "*bytes")),
    "Span": (
        ("trace_id", 1, "bytes"),
        ("span_id", 2, "bytes"),
        ("parent_span_id", 4, "bytes"),
        ("name", 5, "bytes"),
        ("kind", 6, "int32"),
        ("start_time_unix_nano", 7, "fixed64"),
        ("end_time_unix_nano", 8, "fixed64"),
        ("attributes", 9, "*bytes"),
        ("dropped_attributes_count", 10, "uint32"),
        ("events", 11, "*Event"),
        ("dropped_events_count", 12, "uint32"),
        ("links", 13, "*Link"),
        ("status", 15, "Status"),
    ),
    "LogRecord": (
        ("body", 5, "AnyValue"),
        ("attributes", 6, "*bytes"),
        ("trace_id", 9, "bytes"),
        ("span_id", 10, "bytes"),
        ("event_name", 12, "bytes"),
    ),
    "ScopeSpans": (("scope", 1, "Scope"), ("records", 2, "*Span")),
    "ResourceSpans": (("resource", 1, "Resource"), ("scopes", 2, "*ScopeSpans")),
    "TracesRequest": (("resources", 1, "*ResourceSpans"),),
    "ScopeLogs": (("scope", 1, "Scope"), ("records", 2, "*LogRecord")),
    "ResourceLogs": (("resource", 1, "Resource"), ("scopes", 2, "*ScopeLogs")),
    "LogsRequest": (("resources", 1, "*ResourceLogs"),),
    "SplitScope": (("scope", 1, "Scope"), ("records", 2, "*bytes")),
    "SplitResource": (("resource", 1, "Resource"), ("scopes", 2, "*SplitScope")),
    "SplitRequest": (("resources", 1, "*SplitResource"),),
}

_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "bytes": _Field.TYPE_BYTES,
    "bool": _Field.TYPE_BOOL,
    "int32": _Field.TYPE_INT32,
    "uint32": _Field.TYPE_UINT32,
    "int64": _Field.TYPE_INT64,
    "double": _Field.TYPE_DOUBLE,
    "fixed64": _Field.TYPE_FIXED64,
}


def _file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(name="longpole/otlp.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field_name, number, sent_type in fields:
            field = message.field.add(name=field_name, number=number)
            kind = sent_type.removeprefix("*")
            field.label = _Field.LABEL_REPEATED if sent_type != kind else _Field.LABEL_OPTIONAL
            if kind in _SCALARS:
                field.type = _SCALARS[kind]
            else:
                field.type = _Field.TYPE_MESSAGE
                field.type_name = f".{_PACKAGE}.{kind}"
        if name == "AnyValue":
            message.oneof_decl.add(name="value")
            for field in message.field:
                field.oneof_index = 0
    return file


def _classes() -> dict[str, Any]:
    pool = descriptor_pool.DescriptorPool()
    pool.Add(_file())
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}")) for name in _MESSAGES
    }


_made = _classes()

# Message classes are made at run time: to a type checker they are Any.
AnyValue: Any = _made["AnyValue"]
KeyValue: Any = _made["KeyValue"]
Span: Any = _made["Span"]
LogRecord: Any = _made["LogRecord"]
TracesRequest: Any = _made["TracesRequest"]
LogsRequest: Any = _made["LogsRequest"]
SplitRequest: Any = _made["SplitRequest"]
