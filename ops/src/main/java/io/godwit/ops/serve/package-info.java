/** What a process tells over HTTP: Prometheus metrics and health. */
package io.godwit.ops.serve;
