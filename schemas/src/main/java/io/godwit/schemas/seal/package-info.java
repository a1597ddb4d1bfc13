/** Seals: digests of what stood in the log, so that a change of the past shows. */
package io.godwit.schemas.seal;
