# Quoth as a service: docker build -t quoth . && docker run -p 7860:7860 -v ./documents:/documents:ro -v quoth:/index \
#   -e QUOTH_TOKEN=... quoth
FROM python:3.11-slim

# Use the CPU build of torch; the one on PyPI includes CUDA.
ENV PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu PIP_NO_CACHE_DIR=1 PYTHONUNBUFFERED=1

WORKDIR /opt/quoth
COPY requirements.lock ./
RUN pip install -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY index index
COPY qa qa
COPY ui ui
RUN pip install --no-deps . && useradd --uid 1000 --create-home quoth && install -d -o quoth -g quoth /index /documents

USER quoth
WORKDIR /home/quoth
ENV QUOTH_INDEX=/index QUOTH_HOST=0.0.0.0
VOLUME /index
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/readyz', timeout=4)"]
# exec, so that the stop signal reaches quoth instead of sh
CMD ["sh", "-c", "quoth index /documents; exec quoth chat"]
