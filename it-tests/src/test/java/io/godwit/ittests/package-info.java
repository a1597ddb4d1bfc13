/** Tests that see two services at once, and the judges of the whole source tree: layering and format. */
package io.godwit.ittests;
