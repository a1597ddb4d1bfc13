/** The second witness: whether a host answers over the network, asked from another machine than its monitor's. */
package io.godwit.overlaysync.witness;
