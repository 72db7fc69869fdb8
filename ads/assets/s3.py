"""Contents in S3 or anything that speaks its protocol (MinIO, R2, Ceph). Needs the extra `s3`: boto3 is loaded here."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec

from ads.assets.blobs import Gone, checked

_ABSENT = ("404", "NoSuchKey", "NotFound")


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """Where, and by whose key. `endpoint` is empty for Amazon's own; `prefix` keeps several servers apart."""

    name: str
    endpoint: str = ""
    region: str = "us-east-1"
    key: str = ""
    secret: str = ""
    prefix: str = ""


class S3:
    """Implements `Blobs`. boto3 blocks, so each call has a thread."""

    def __init__(self, bucket: Bucket) -> None:
        import boto3  # only who keeps assets in S3 needs it
        from botocore.config import Config

        self._bucket = bucket
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=bucket.endpoint or None,
            region_name=bucket.region,
            aws_access_key_id=bucket.key or None,
            aws_secret_access_key=bucket.secret or None,
            config=Config(
                connect_timeout=5,
                read_timeout=30,
                retries={"max_attempts": 4, "mode": "standard"},
                s3={"addressing_style": "path" if bucket.endpoint else "auto"},
                # newer sums that boto3 adds by itself are unknown to many who speak S3
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    async def put(self, key: str, path: Path, type: str) -> None:
        await asyncio.to_thread(self._put, self._key(key), path, type)

    async def get(self, key: str) -> bytes:
        return await asyncio.to_thread(self._get, self._key(key))

    async def has(self, key: str) -> bool:
        return await asyncio.to_thread(self._has, self._key(key))

    async def remove(self, key: str) -> None:
        await asyncio.to_thread(self._client.delete_object, Bucket=self._bucket.name, Key=self._key(key))

    def _key(self, key: str) -> str:
        return f"{self._bucket.prefix.strip('/')}/{checked(key)}".lstrip("/")

    def _put(self, key: str, path: Path, type: str) -> None:
        # "attachment": what somebody uploaded is never a page of the bucket's own site
        extra = {"ContentType": type, "ContentDisposition": "attachment"}
        self._client.upload_file(str(path), self._bucket.name, key, ExtraArgs=extra)

    def _get(self, key: str) -> bytes:
        from botocore.exceptions import ClientError

        try:
            return bytes(self._client.get_object(Bucket=self._bucket.name, Key=key)["Body"].read())
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _ABSENT:
                raise Gone(key) from error
            raise

    def _has(self, key: str) -> bool:
        from botocore.exceptions import ClientError

        try:
            self._client.head_object(Bucket=self._bucket.name, Key=key)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _ABSENT:
                return False
            raise
        return True
