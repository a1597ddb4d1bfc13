/** What a service verb does on a real broker before its service runs. */
package io.godwit.ittests.services;
