/** Defaults of every servlet service: error responses, a limit on request bodies, correlation of logs. */
@NullMarked
package dev.faultline.service.web;

import org.jspecify.annotations.NullMarked;
