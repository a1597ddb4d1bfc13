/** A stretch of a site's past in one file: what it holds, how it is made, told, and tested again. */
package io.godwit.ops.incident;
