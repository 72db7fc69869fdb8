FROM python:3.11-slim AS build
WORKDIR /app
RUN python -m venv /opt/aais
COPY requirements/run.lock requirements/run.lock
RUN /opt/aais/bin/pip install --no-cache-dir --require-hashes -r requirements/run.lock
COPY . .
RUN python -m venv /tmp/node && /tmp/node/bin/python tools/assets.py && rm -rf /tmp/node node_modules
RUN /opt/aais/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home aais && mkdir /data && chown aais /data
COPY --from=build /opt/aais /opt/aais
COPY --from=build --chown=aais /app /app
WORKDIR /app
USER aais
ENV PATH=/opt/aais/bin:$PATH PYTHONUNBUFFERED=1 DATA_DIR=/data HOST=0.0.0.0 PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
CMD ["aais", "serve"]
