"""Dify, in each of the shapes in which it sends its runs.

| shape | its run is | a node's id is | known by |
|---|---|---|---|
| Phoenix, up to 1.15 | `workflow_<run>`, not the root | its title | metadata without `node_execution_id` |
| unified | `workflow_<run>` | the graph's | metadata with `node_execution_id` |
| native export | `…AppRunner.run` | the graph's | `node.execution_id` |
| enterprise, PR 42008 | `dify.workflow.run` | the graph's | `dify.*` |

An application has one workflow and many published versions of it: the
workflow is named by the application's id, the version by Dify's workflow id.

Downstream: `precedence` (readers), `registry` (detect).
Source: §1.1a and §1.4 of the design's OTLP contract, and its sheet on Dify.
"""
