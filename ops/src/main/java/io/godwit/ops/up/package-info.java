/** A whole region in one command: broker, services, what is seen of them while they run, and what the run came to. */
package io.godwit.ops.up;
