/** What proves that this process may touch hosts: Kafka cannot fence a hypervisor, so an executor fences itself. */
package io.godwit.executors.membership;
