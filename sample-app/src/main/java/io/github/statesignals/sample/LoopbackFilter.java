package io.github.statesignals.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.Objects;
import java.util.Set;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.context.annotation.Profile;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Serves this machine alone, and accepts requests that change something only from the
 * page itself, or from clients that are no browsers. A page of another site can neither
 * send them, nor read anything by DNS rebinding of its host name.
 */
@Component
@Profile("!collector")
@Order(Ordered.HIGHEST_PRECEDENCE)
class LoopbackFilter extends OncePerRequestFilter {

	private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

	private static final Set<String> SAME_SITE = Set.of("same-origin", "none");

	private static final Set<String> READS = Set.of(HttpMethod.GET.name(), HttpMethod.HEAD.name());

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		if (!InetAddress.getByName(request.getRemoteAddr()).isLoopbackAddress()
				|| !NAMES.contains(request.getServerName())) {
			response.sendError(HttpServletResponse.SC_FORBIDDEN, "This application serves its own machine alone.");
		}
		else if (!READS.contains(request.getMethod()) && !isFromHere(request)) {
			response.sendError(HttpServletResponse.SC_FORBIDDEN, "This request comes from another site.");
		}
		else {
			response.setHeader("Content-Security-Policy",
					"default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
			response.setHeader("X-Content-Type-Options", "nosniff");
			response.setHeader("Referrer-Policy", "same-origin");
			chain.doFilter(request, response);
		}
	}

	private static boolean isFromHere(HttpServletRequest request) {
		String site = request.getHeader("Sec-Fetch-Site");
		return (site == null || SAME_SITE.contains(site))
				&& isOwnOrigin(request.getHeader(HttpHeaders.ORIGIN), request);
	}

	private static boolean isOwnOrigin(@Nullable String origin, HttpServletRequest request) {
		return origin == null || Objects.equals(origin,
				URI.create(request.getRequestURL().toString()).resolve("/").toString().replaceFirst("/$", ""));
	}

}
